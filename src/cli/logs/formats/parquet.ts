/** Apache Parquet: typed columns, compressed, in row groups. */

import { deserialize, serialize } from 'node:v8'
import type { SchemaElement } from 'hyparquet-writer'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { isJsonObject } from '../../../base/json.ts'
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

/** What the end of the file says of the groups before it: where they are and what is in them. */
type Groups = Pick<ParquetWriter, 'row_groups' | 'num_rows' | 'pendingIndexes'> & { readonly offset: number }

/** Keeps that the indexes point to columns of the groups, which JSON would not. */
const saveGroups = ({ row_groups, num_rows, pendingIndexes }: ParquetWriter, { offset }: ByteWriter): Uint8Array =>
  serialize({ row_groups, num_rows, pendingIndexes, offset } satisfies Groups)

const loadGroups = (saved: Uint8Array): Groups => {
  const groups: unknown = deserialize(saved)
  if (isJsonObject(groups) && Array.isArray(groups.row_groups) && Number.isInteger(groups.offset)) {
    return groups as unknown as Groups // what saveGroups made
  }
  throw new RangeError('not the groups of a Parquet file')
}

/** The writer as it was when its groups were saved. */
const resumeWriter = (file: ParquetWriter, bytes: ByteWriter, saved: Uint8Array): void => {
  const { row_groups, num_rows, pendingIndexes, offset } = loadGroups(saved)
  Object.assign(file, { row_groups, num_rows, pendingIndexes })
  Object.assign(bytes, { offset, index: 0 }) // without the mark at the beginning, which is in the file
}

const createEncoder = (saved?: Uint8Array): LogEncoder => {
  const bytes = new ByteWriter()
  const file = new ParquetWriter({ writer: bytes, schema: SCHEMA, createdBy: 'experiment-center' })
  if (saved) resumeWriter(file, bytes, saved)
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
  }

  return {
    add(events) {
      for (const event of events) addRow(event)
      // Behind a part and never within one, so that nothing of it is held back.
      if (rows.length >= GROUP_ROWS || characters >= GROUP_CHARACTERS) writeGroup()
      return takeBytes()
    },
    save: () => (rows.length === 0 && bytes.index === 0 ? saveGroups(file, bytes) : undefined),
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
  createEncoder: (_options, saved) => createEncoder(saved),
}
