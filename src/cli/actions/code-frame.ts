/** The place in an author's code that an error names, with the lines around it. */

import { toTerminalText } from '../terminal/terminal-text.ts'

export interface Position {
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1, in UTF-16 units, as V8 counts. */
  readonly column: number
}

const AROUND = 2
/** Longer lines are minified: showing them hides the rest. */
const LONGEST = 160

/** Tabs have no width that a caret could be put below. */
const spread = (text: string): string => text.replaceAll('\t', '  ')

/** Lines of code with a caret below the column; none when the code has no such line or it is too long to be shown. */
export const codeFrame = (code: string, { line, column }: Position): readonly string[] => {
  const lines = code.replace(/\r?\n$/, '').split(/\r\n|[\n\r\u2028\u2029]/)
  const named = lines[line - 1]
  if (named === undefined || named.length > LONGEST) return []
  const from = Math.max(1, line - AROUND)
  const shown = lines.slice(from - 1, line + AROUND)
  const width = String(from + shown.length - 1).length
  return shown.flatMap((text, index) => {
    const number = from + index
    const isNamed = number === line
    const gutter = `${isNamed ? '>' : ' '} ${String(number).padStart(width)} | `
    const row = `${gutter}${toTerminalText(spread(text), LONGEST)}`.trimEnd()
    const caret = `${' '.repeat(width + 3)}| ${' '.repeat(spread(named.slice(0, column - 1)).length)}^`
    return isNamed ? [row, caret] : [row]
  })
}
