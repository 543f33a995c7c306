/** What is wrong with a query, and where. */

/** Raised inside the parser and caught at its door; it never leaves this folder. */
export class QueryProblem extends Error {
  override readonly name = 'QueryProblem'
  /** Offset of the first character that cannot be read, from 0, in UTF-16 code units. */
  readonly position: number

  constructor(position: number, message: string) {
    super(message)
    this.position = position
  }
}
