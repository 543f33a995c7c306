/** `logs`: reads the tenant log from a terminal, through the Management API. */

import { CONNECTION_NOTE } from '../client/connection.ts'
import { EXIT } from '../terminal/cli-failure.ts'
import type { Command, CommandGroup } from '../terminal/command.ts'
import { explainFlags, HELP_FLAGS } from '../terminal/flags.ts'
import { interruptible } from '../terminal/interruptible.ts'
import { OutputClosed } from '../terminal/output.ts'
import { exportLogs } from './export.ts'
import type { Subcommand } from './subcommand.ts'
import { tail } from './tail.ts'

/** The table of commands below `logs`. */
export const SUBCOMMANDS: Record<string, Subcommand> = { tail, export: exportLogs }

/** What `--help` prints for one of them. */
export const explainSubcommand = (name: string, { summary, flags, note }: Subcommand): string =>
  [
    `Usage: experiment-center logs ${name} [options]`,
    '',
    `  ${summary}`,
    '',
    explainFlags({ ...flags, ...HELP_FLAGS }),
    '',
    note,
    '',
    CONNECTION_NOTE,
  ].join('\n')

/** A reader that has seen enough, such as `head`, is no failure. */
const unlessClosed = (error: unknown): number => {
  if (error instanceof OutputClosed) return EXIT.ok
  throw error
}

const toCommand = (name: string, subcommand: Subcommand): Command => ({
  summary: subcommand.summary,
  help: () => explainSubcommand(name, subcommand),
  run: (args, environment) => {
    const { stdout, stderr } = process
    return interruptible(signal => subcommand.run(args, { environment, stdout, stderr, signal }).catch(unlessClosed))
  },
})

export const logs: CommandGroup = {
  summary: 'read the tenant log',
  commands: Object.fromEntries(Object.entries(SUBCOMMANDS).map(([name, one]) => [name, toCommand(name, one)])),
}
