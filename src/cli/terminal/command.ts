/** What a command is, and how the words of a command line lead to one: help, version and misuse are the same on every level. */

import { readFileSync } from 'node:fs'
import { StartupError } from '../../base/startup-error.ts'
import { CliFailure, EXIT } from './cli-failure.ts'

export interface Command {
  readonly summary: string
  /** What `--help` prints. */
  help(): string
  /**
   * Runs to its end and answers the exit code.
   *
   * @throws CliFailure, StartupError for what the user can mend
   */
  run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number>
}

/** A command that is loaded when it is asked for: none pays for another's imports. */
export interface LazyCommand {
  readonly summary: string
  load(): Promise<Command | CommandGroup>
}

export interface CommandGroup {
  readonly summary: string
  readonly commands: Readonly<Record<string, Command | LazyCommand>>
}

/** Where a command prints; a test brings its own. */
export interface Printer {
  log(text: string): void
  error(text: string): void
}

const HELP: readonly string[] = ['--help', '-h']
const VERSION = '--version'

const readVersion = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  return String(version)
}

/** What `--help` prints for a group. */
export const explainGroup = (path: string, { commands }: CommandGroup): string => {
  const width = Math.max(...Object.keys(commands).map(name => name.length))
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}   ${summary}`)
  return [
    `Usage: ${path} <command> [options]`,
    '',
    ...lines,
    '',
    `${path} <command> --help explains one of them; --version prints the version.`,
  ].join('\n')
}

/** What stands before `--`: an argument behind it is none of these. */
const flagsIn = (args: readonly string[]): readonly string[] =>
  args.includes('--') ? args.slice(0, args.indexOf('--')) : args

const runLeaf = async (
  path: string,
  command: Command,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  printer: Printer,
): Promise<number> => {
  const flags = flagsIn(args)
  if (flags.some(flag => HELP.includes(flag))) {
    printer.log(command.help())
    return EXIT.ok
  }
  if (flags.includes(VERSION)) {
    printer.log(readVersion())
    return EXIT.ok
  }
  try {
    return await command.run(args, environment)
  } catch (error) {
    if (!(error instanceof CliFailure || error instanceof StartupError)) throw error
    const isMisuse = error.exitCode === EXIT.usage
    printer.error(isMisuse ? `${error.message}\n${path} --help says what there is.` : error.message)
    return error.exitCode
  }
}

/** What is wrong with the first word, which names no command. */
const complaint = (path: string, word: string | undefined): string => {
  if (word === undefined) return 'A command is missing.'
  return word.startsWith('-') ? `There is no option ${word} of ${path}.` : `There is no command "${path} ${word}".`
}

/**
 * Runs the command that the words name.
 *
 * @param path how the group is called, such as `experiment-center logs`
 * @returns the exit code, see cli-failure.ts
 */
export const runGroup = async (
  path: string,
  group: CommandGroup,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  printer: Printer = console,
): Promise<number> => {
  const [word, ...rest] = args
  if (word === 'help' && rest.length > 0) return runGroup(path, group, [...rest, '--help'], environment, printer)
  if (word === 'help' || HELP.includes(word ?? '')) {
    printer.log(explainGroup(path, group))
    return EXIT.ok
  }
  if (word === VERSION) {
    printer.log(readVersion())
    return EXIT.ok
  }
  const named = word !== undefined && Object.hasOwn(group.commands, word) ? group.commands[word] : undefined
  if (!named) {
    printer.error(`${complaint(path, word)}\n\n${explainGroup(path, group)}`)
    return EXIT.usage
  }
  const command = 'load' in named ? await named.load() : named
  const below = `${path} ${word}`
  return 'commands' in command
    ? runGroup(below, command, rest, environment, printer)
    : runLeaf(below, command, rest, environment, printer)
}
