/** What stops a command from starting: a sentence for the operator, who never sees a stack trace. */

/** Its message is complete: it names the cause and says what to do. The command prints it and exits 1. */
export class StartupError extends Error {
  override readonly name: string = 'StartupError'
  /** Of the process that could not start. */
  readonly exitCode: number = 1
}

/** The arguments of a command cannot be understood: exit code 2, as it is usual. */
export class MisuseError extends StartupError {
  override readonly name = 'MisuseError'
  override readonly exitCode = 2
}
