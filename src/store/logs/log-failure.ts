/** Tells failures of a log write that a second try may cure from those of its content. */

import { isDatabaseUnavailable } from '../database/database-unavailable.ts'

/** serialization_failure, deadlock_detected, lock_not_available, query_canceled (PostgreSQL documentation, appendix A). */
const TRANSIENT = new Set(['40001', '40P01', '55P03', '57014'])

/** True when the same batch may be committed by trying again. */
export const isLogWriteRetryable = (error: unknown): boolean =>
  isDatabaseUnavailable(error) ||
  (error instanceof Error && 'code' in error && typeof error.code === 'string' && TRANSIENT.has(error.code))
