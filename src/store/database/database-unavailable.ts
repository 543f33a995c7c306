/** Tells a database that cannot be reached, and may come back, from a statement that is wrong. */

/** SQLSTATE classes and codes that mean "not now" (PostgreSQL documentation, appendix A). */
const SQLSTATE = /^(08|57P|53|25006)/

/** What an established connection dies of. */
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN'])

/**
 * System calls that reach another program. However they fail (no route, no descriptor left, a full backlog of a
 * socket, a socket's folder that is gone), the statement was never sent.
 */
const REACHING = new Set(['connect', 'getaddrinfo'])

/** Sentences that node-postgres gives without a code. */
const SENTENCE =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed and is not queryable|Cannot use a pool after calling end|driver has already been destroyed/

/** True when the failure says that the database is away or overloaded, so that a retry makes sense. */
export const isDatabaseUnavailable = (error: unknown): boolean => {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable)
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const call = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : ''
  return NETWORK.has(code) || REACHING.has(call) || SQLSTATE.test(code) || SENTENCE.test(error.message)
}
