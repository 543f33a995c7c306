/** Tells a database that cannot be reached, and may come back, from a statement that is wrong. */

/** SQLSTATE classes and codes that mean "not now" (PostgreSQL documentation, appendix A). */
const SQLSTATE = /^(08|57P|53|25006)/

const NETWORK = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTDIR', // the folder of its socket is away
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ETIMEDOUT',
])

/** Sentences that node-postgres gives without a code. */
const SENTENCE =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end|driver has already been destroyed/

/** True when the failure says that the database is away or overloaded, so that a retry makes sense. */
export const isDatabaseUnavailable = (error: unknown): boolean => {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable)
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return NETWORK.has(code) || SQLSTATE.test(code) || SENTENCE.test(error.message)
}
