/** Turns any failure into the envelope of the wire; what the caller must not read stays behind. */

import type { Context } from 'hono'
import { DPOP_ALGORITHMS } from '../../base/dpop-proof.ts'
import { ApiError, apiError, ERROR_CODES, toErrorEnvelope } from '../../model/error-codes.ts'
import { isDatabaseUnavailable } from '../../store/database/database-unavailable.ts'

/** Maps what was thrown to a coded failure. What is not coded is a defect or a lost database. */
export const toApiError = (error: unknown): ApiError => {
  if (error instanceof ApiError) return error
  if (isDatabaseUnavailable(error)) {
    return apiError('service_unavailable', 'The database cannot be reached; retry in a moment.', { cause: error })
  }
  return apiError('internal_error', 'An internal error occurred; the log of the server has the cause.', {
    cause: error,
  })
}

/** The challenge of a refused token (RFC 6750 section 3, RFC 9449 section 7.1). */
const CHALLENGE: Readonly<Partial<Record<ApiError['code'], string>>> = {
  invalid_token: 'Bearer error="invalid_token"',
  invalid_dpop_proof: `DPoP error="invalid_dpop_proof", algs="${DPOP_ALGORITHMS.join(' ')}"`,
  insufficient_scope: 'Bearer error="insufficient_scope"',
}

const TOO_MANY = 429

/** The answer for a failure; too many requests are always told when to come back (RFC 6585 section 4). */
export const errorAnswer = (c: Context, error: ApiError): Response => {
  const challenge = CHALLENGE[error.code]
  const { status } = ERROR_CODES[error.code]
  if (challenge) c.header('WWW-Authenticate', challenge)
  if (status === TOO_MANY) c.header('Retry-After', String(Math.max(1, Math.ceil(error.retryAfter ?? 1))))
  return c.json(toErrorEnvelope(error), status)
}
