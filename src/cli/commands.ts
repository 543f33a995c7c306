/** The table of commands; each is one file beside this one, or a folder. */

import { type CommandGroup, runGroup } from './terminal/command.ts'

export const PROGRAM = 'experiment-center'

export const COMMANDS: CommandGroup = {
  summary: '',
  commands: {
    serve: { summary: 'run the server', load: async () => (await import('./serve/serve.ts')).serve },
    logs: { summary: 'read the tenant log: tail, export', load: async () => (await import('./logs/command.ts')).logs },
    actions: {
      summary: 'run an Action on this machine: test',
      load: async () => (await import('./actions/command.ts')).actions,
    },
    demo: {
      summary: 'play the tutorial with 1,000 simulated devices',
      load: async () => (await import('./demo/command.ts')).demo,
    },
  },
}

/** Runs the command that the arguments name; what the user can mend is printed without a stack trace. */
export const runCommand = (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> =>
  runGroup(PROGRAM, COMMANDS, args, environment)
