/** How a command ends when it does not succeed: a sentence for the person at the terminal, and the exit code. */

/** The exit codes of the commands that talk to a server; scripts rely on them. */
export const EXIT = {
  ok: 0,
  /** The server refused, cannot be reached, or the output cannot be written. */
  failure: 1,
  /** The arguments cannot be understood. */
  usage: 2,
  /** Interrupted before it was done, as shells count SIGINT. */
  interrupted: 130,
} as const

/** Its message is complete; the command prints it without a stack trace. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure'
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.failure) {
    super(message)
    this.exitCode = exitCode
  }
}
