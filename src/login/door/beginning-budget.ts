/** How often a network may begin a login: what a beginning stores is stored for any stranger. */

import { networkOf } from '../../base/network.ts'
import { createRateLimiter, type Rate } from '../../base/rate-limiter.ts'
import { createLimitNotice } from '../../logs/record/limit-notice.ts'
import { PageRefusal } from '../http/failure.ts'
import type { Exchange } from '../transaction/exchange.ts'
import type { LoginDeps } from './login-deps.ts'

const tooMany = (seconds: number): PageRefusal =>
  new PageRefusal({
    status: 429,
    code: 'too_many_requests',
    title: 'One moment, please',
    message: 'Too many logins are begun from your network. Try again in a few seconds.',
    retryAfter: Math.max(1, Math.ceil(seconds)),
  })

/** @throws PageRefusal, before anything is read or written for the request */
export type AdmitBeginning = (exchange: Exchange) => void

/**
 * Creates the check. The budget is of this server alone, as is what it protects of the server's time; the log says once
 * a minute that a network is beyond it.
 */
export const createBeginningBudget = (
  rate: Rate | 'off',
  { log, clock, logError }: Pick<LoginDeps, 'log' | 'clock' | 'logError'>,
): AdmitBeginning => {
  if (rate === 'off') return () => {}
  const limiter = createRateLimiter(rate)
  const notice = createLimitNotice(log, error => logError(error, { what: 'event api_limit' }))
  return ({ tenant, ip, userAgent, hostname, url, request }) => {
    const sender = `${tenant.tenantId}\n${networkOf(ip)}`
    const { isAllowed, retryAfter } = limiter.take(sender)
    if (isAllowed) return
    notice(sender, {
      tenant_id: tenant.tenantId,
      date: clock(),
      ip,
      hostname,
      ...(userAgent === undefined ? {} : { user_agent: userAgent }),
      bucket: 'authorize',
      size: rate.burst,
      method: request.method ?? '',
      path: url.pathname,
    })
    throw tooMany(retryAfter)
  }
}
