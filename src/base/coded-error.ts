/** The one error class of the product: a code from a closed registry, and two halves of text. */

export interface CodedErrorOptions {
  /** Everything that went wrong at once, for answers that list more than one reason. */
  readonly errors?: readonly { readonly code: string; readonly message: string }[]
  /** What the operator must read and the caller must not; goes to the server's own log only. */
  readonly detail?: string
  /** Seconds after which it makes sense to try again. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

/**
 * An expected failure. `message` is public: it is sent to the caller and says what to do.
 * The code decides status and documentation; see `model/error-codes.ts`.
 */
export class CodedError<Code extends string = string> extends Error {
  override readonly name = 'CodedError'
  readonly code: Code
  readonly errors: CodedErrorOptions['errors']
  readonly detail: string | undefined
  readonly retryAfter: number | undefined

  constructor(code: Code, message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.errors = options.errors
    this.detail = options.detail
    this.retryAfter = options.retryAfter
  }
}
