/** `logs`: reads the tenant log from a terminal, through the Management API. */

import { CliFailure, EXIT } from '../cli-failure.ts'
import { CONNECTION_NOTE } from '../connection.ts'
import { explainFlags } from '../flags.ts'
import { interruptible } from '../interruptible.ts'
import { OutputClosed } from '../output.ts'
import { exportLogs } from './export.ts'
import type { Subcommand } from './subcommand.ts'
import { tail } from './tail.ts'

/** The table of commands below `logs`. */
export const SUBCOMMANDS: Record<string, Subcommand> = { tail, export: exportLogs }

const usage = (): string => {
  const lines = Object.entries(SUBCOMMANDS).map(([name, { summary }]) => `  ${name.padEnd(6)}   ${summary}`)
  const hint = 'experiment-center logs <command> --help explains one of them.'
  return ['Usage: experiment-center logs <command> [options]', '', ...lines, '', hint].join('\n')
}

/** What `--help` prints for one of them. */
export const explainSubcommand = (name: string, { summary, flags, note }: Subcommand): string =>
  [
    `Usage: experiment-center logs ${name} [options]`,
    '',
    `  ${summary}`,
    '',
    explainFlags({ ...flags, help: { short: 'h', doc: 'this text' } }),
    '',
    note,
    '',
    CONNECTION_NOTE,
  ].join('\n')

const isHelp = (argument: string): boolean => ['--help', '-h', 'help'].includes(argument)

/** A failure that the user can mend is one sentence on standard error. */
const toExitCode = (error: unknown): number => {
  if (error instanceof OutputClosed) return EXIT.ok
  if (!(error instanceof CliFailure)) throw error
  console.error(error.message)
  return error.exitCode
}

/** @returns the exit code, see cli-failure.ts */
export const logs = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  const [name = '', ...rest] = args
  const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined
  if (!subcommand) {
    if (isHelp(name)) console.log(usage())
    else console.error(name === '' ? usage() : `There is no command "logs ${name}".\n\n${usage()}`)
    return isHelp(name) ? EXIT.ok : EXIT.usage
  }
  if (rest.some(argument => argument === '--help' || argument === '-h')) {
    console.log(explainSubcommand(name, subcommand))
    return EXIT.ok
  }
  const { stdout, stderr } = process
  return await interruptible(signal => subcommand.run(rest, { environment, stdout, stderr, signal }).catch(toExitCode))
}
