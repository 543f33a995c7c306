/** Apache Parquet: typed columns, compressed, in row groups. */

import type { SchemaElement } from 'hyparquet-writer'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { type Cell, type ColumnKind, columnEntries, toRow } from '../columns.ts'
import type { LogEvent } from '../log-source.ts'
import type { LogEncoder, LogFormat } from './format.ts'

/** A row group is written when it has so many rows, or so many characters: all of it is in memory until then. */
const GROUP_ROWS = 20_000
const GROUP_CHARACTERS = 12_000_000

/** Both the older and the newer name of each type, as readers know one or the other. */
const TYPES: { readonly [Kind in ColumnKind]: Omit<SchemaElement, 'name'> } = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  boolean: { type: 'BOOLEAN' },
  timestamp: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
}

const SCHEMA: SchemaElement[] = [
  { name: 'log', num_children: columnEntries().length },
  ...columnEntries().map(
    ([name, { kind }]): SchemaElement => ({
      name,
      repetition_type: name === 'log_id' ? 'REQUIRED' : 'OPTIONAL',
      ...TYPES[kind],
    }),
  ),
]

const charactersOf = (row: readonly Cell[]): number =>
  row.reduce((sum: number, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0)

const createEncoder = (): LogEncoder => {
  const bytes = new ByteWriter()
  const file = new ParquetWriter({ writer: bytes, schema: SCHEMA, createdBy: 'experiment-center' })
  let rows: (readonly Cell[])[] = []
  let characters = 0

  /** What the writer has produced since the last time; its offsets go on counting. */
  const takeBytes = (): Uint8Array => {
    const taken = bytes.getBytes().slice()
    bytes.index = 0
    return taken
  }

  const writeGroup = (): void => {
    const columnData = columnEntries().map(([name], index) => ({ name, data: rows.map(row => row[index] ?? null) }))
    file.write({ columnData, rowGroupSize: rows.length })
    rows = []
    characters = 0
  }

  const addRow = (event: LogEvent): void => {
    const row = toRow(event)
    rows.push(row)
    characters += charactersOf(row)
    if (rows.length >= GROUP_ROWS || characters >= GROUP_CHARACTERS) writeGroup()
  }

  return {
    add(events) {
      for (const event of events) addRow(event)
      return takeBytes()
    },
    end() {
      if (rows.length > 0) writeGroup()
      file.finish()
      return takeBytes()
    },
  }
}

export const parquet: LogFormat = {
  doc: 'typed columns, compressed with Snappy',
  isBinary: true,
  createEncoder,
}
