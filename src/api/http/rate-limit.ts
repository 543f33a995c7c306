/** How many requests of a client are answered, and the headers that say what is left. */

import type { Context } from 'hono'
import { networkOf } from '../../base/network.ts'
import { createRateLimiter } from '../../base/rate-limiter.ts'
import { createLimitNotice } from '../../logs/record/limit-notice.ts'
import { type ApiError, apiError } from '../../model/error-codes.ts'
import type { ManagementApiDeps } from './api-deps.ts'
import type { ApiRequest, Identity } from './identity.ts'

const REFUSAL = 'Too many requests of this client; retry after the time in the headers.'

/** A client by its token; without a good one, the network that sends. */
const senderOf = ({ tenant, caller }: Identity, ip: string): string =>
  JSON.stringify([tenant?.tenantId ?? '', ...(caller ? ['client', caller.clientId] : ['network', networkOf(ip)])])

/**
 * Counts a request and sets the headers of the wire: `X-RateLimit-Limit` (requests at once), `X-RateLimit-Remaining`, and
 * `X-RateLimit-Reset`, the second since 1970 at which all may come again.
 *
 * @returns the refusal, with the seconds to wait, for a request beyond the limit
 */
export type CountRequest = (c: ApiRequest) => ApiError | undefined

const setHeaders = (c: Context, limit: number, remaining: number, reset: number): void => {
  c.header('X-RateLimit-Limit', String(limit))
  c.header('X-RateLimit-Remaining', String(remaining))
  c.header('X-RateLimit-Reset', String(Math.ceil(reset)))
}

/** Creates the limit. Each server counts for itself; the log says once a minute that a sender is beyond it. */
export const createRateLimit = (deps: ManagementApiDeps): CountRequest => {
  const { rateLimit: rate, clock, log, ipOf, logError } = deps
  if (rate === 'off') return () => undefined
  const limiter = createRateLimiter(rate)
  const notice = createLimitNotice(log, (error, { tenant_id }) =>
    logError(error, { operation: 'rate limit', tenantId: tenant_id }),
  )
  return c => {
    const identity = c.get('identity')
    const { tenant, caller } = identity
    const ip = ipOf(c.req.raw, c.env)
    const sender = senderOf(identity, ip)
    const { isAllowed, remaining, fullAfter, retryAfter } = limiter.take(sender)
    const now = clock()
    setHeaders(c, rate.burst, remaining, now / 1_000 + fullAfter)
    if (isAllowed) return undefined
    if (tenant) {
      notice(sender, {
        tenant_id: tenant.tenantId,
        date: now,
        ip,
        user_agent: c.req.header('user-agent') ?? '',
        ...(caller ? { client_id: caller.clientId } : {}),
        bucket: 'management-api',
        isGlobal: false,
        size: rate.burst,
        method: c.req.method,
        path: c.req.path,
      })
    }
    return apiError('too_many_requests', REFUSAL, { retryAfter })
  }
}
