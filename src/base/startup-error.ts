/** What stops the server from starting: a sentence for the operator, who never sees a stack trace. */

/** Its message is complete: it names the cause and says what to do. The command prints it and exits 1. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}
