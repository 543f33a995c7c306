/** The table of commands; each is one file beside this one. */

import { StartupError } from '../base/startup-error.ts'

export interface Command {
  readonly summary: string
  /** Runs to its end and answers the exit code. */
  run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number>
}

/** Loaded when asked for: a command does not pay for another's imports. */
export const COMMANDS: Record<string, { readonly summary: string; load(): Promise<Command['run']> }> = {
  serve: {
    summary: 'run the server (settings: docs/reference/configuration.md)',
    load: async () => (await import('./serve.ts')).serve,
  },
  logs: {
    summary: 'read the tenant log: logs tail, logs export (--help)',
    load: async () => (await import('./logs/command.ts')).logs,
  },
  actions: {
    summary: 'run an Action on this machine: actions test FILE (--help)',
    load: async () => (await import('./actions/command.ts')).actions,
  },
  demo: {
    summary: 'play the tutorial with 2,000 simulated devices (--devices N, --exit)',
    load: async () => (await import('./demo/command.ts')).demo,
  },
}

/** What `--help` prints. */
export const usage = (): string => {
  const width = Math.max(...Object.keys(COMMANDS).map(name => name.length))
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}   ${summary}`)
  return ['Usage: experiment-center <command> [options]', '', ...lines].join('\n')
}

/** Runs the command that the arguments name; a failure that the user can mend is printed as one sentence. */
export const runCommand = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  const [name = '', ...rest] = args
  if (['', 'help', '--help', '-h'].includes(name)) {
    console.log(usage())
    return name === '' ? 1 : 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) {
    console.error(`There is no command "${name}".\n\n${usage()}`)
    return 1
  }
  try {
    const run = await command.load()
    return await run(rest, environment)
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    console.error(error.message)
    return 1
  }
}
