/** CSV (RFC 4180): a header, then a row per event; the columns are those of every flat export. */

import { type Cell, columnEntries, toRow } from '../columns.ts'
import type { FormatOptions, LogFormat } from './format.ts'

/** A spreadsheet runs a cell that begins so, and user agents and names are what strangers sent. */
const FORMULA = /^[=+\-@\t\r]/

/** Quoted where a reader would else see a border, and where the text is empty, as nothing at all means null. */
const NEEDS_QUOTES = /^$|[",\r\n]|^\s|\s$/

const quote = (text: string): string => (NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const toField = (cell: Cell, { isExact }: FormatOptions): string => {
  if (cell === null) return ''
  if (typeof cell === 'boolean') return String(cell)
  if (cell instanceof Date) return cell.toISOString()
  return quote(!isExact && FORMULA.test(cell) ? `'${cell}` : cell)
}

const toLine = (cells: readonly Cell[], options: FormatOptions): string =>
  `${cells.map(cell => toField(cell, options)).join(',')}\r\n`

export const csv: LogFormat = {
  doc: 'a header and a row per event, RFC 4180',
  isBinary: false,
  createEncoder(options, saved) {
    const names = columnEntries().map(([name]) => name)
    // What was saved is of a file that has its header.
    let header = saved ? '' : toLine(names, options)
    const takeHeader = (): string => {
      const taken = header
      header = ''
      return taken
    }
    return {
      add: events => takeHeader() + events.map(event => toLine(toRow(event), options)).join(''),
      end: takeHeader,
      save: () => (header === '' ? new Uint8Array() : undefined),
    }
  },
}
