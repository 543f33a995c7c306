/** The flags of a command as a table: parsed, refused and explained from the same entries. */

import { parseArgs } from 'node:util'
import { CliFailure, EXIT } from './cli-failure.ts'

export interface Flag {
  /** What the flag takes, such as `FILE`; a flag without is on when it is there. */
  readonly takes?: string
  readonly short?: string
  readonly doc: string
}

export type Flags = Readonly<Record<string, Flag>>

/** What was given; a flag that takes nothing is `true`. */
export type Given<Table extends Flags> = {
  readonly [Name in keyof Table]?: Table[Name] extends { readonly takes: string } ? string : true
}

/** What every command takes; see command.ts. For its help text. */
export const HELP_FLAGS = {
  help: { short: 'h', doc: 'this text' },
  version: { doc: 'the version' },
} as const satisfies Flags

const ARGUMENT_PROBLEM = /^ERR_PARSE_ARGS/

const isArgumentProblem = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && ARGUMENT_PROBLEM.test(String(error.code))

/**
 * Reads the arguments.
 *
 * @throws CliFailure with exit code 2 for what the table does not have
 */
export const readFlags = <Table extends Flags>(table: Table, args: readonly string[]): Given<Table> => {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { takes, short }]) => [
      name,
      { type: takes === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
    ]),
  )
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false })
    return values as Given<Table> // the types of the table are those that were just checked
  } catch (error) {
    if (!isArgumentProblem(error)) throw error
    throw new CliFailure(`${error.message.split(/\. |\n/)[0]}.`, EXIT.usage)
  }
}

const headOf = ([name, { takes, short }]: readonly [string, Flag]): string =>
  `${short ? `-${short}, ` : '    '}--${name}${takes === undefined ? '' : ` ${takes}`}`

/** One indented block per flag, aligned. */
export const explainFlags = (table: Flags): string => {
  const entries = Object.entries(table)
  const width = Math.max(...entries.map(entry => headOf(entry).length))
  const indent = ' '.repeat(width + 5)
  return entries
    .map(entry => `  ${headOf(entry).padEnd(width)}   ${entry[1].doc.replaceAll('\n', `\n${indent}`)}`)
    .join('\n')
}
