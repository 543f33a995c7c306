/** How often logins may be begun: what a beginning stores is stored for any stranger. */

import type { Clock } from '../../base/clock.ts'
import type { LogError } from '../../base/log-error.ts'
import { networkOf } from '../../base/network.ts'
import { createRateLimiter, type Rate, type RateLimiter } from '../../base/rate-limiter.ts'
import { createLimitNotice } from '../../logs/record/limit-notice.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import { PageRefusal } from '../http/failure.ts'
import type { LoginConfig } from '../http/login-config.ts'
import type { Exchange } from '../transaction/exchange.ts'

const MESSAGE = {
  network: 'Too many logins are begun from your network. Try again in a few seconds.',
  tenant: 'Too many logins are begun at this moment. Try again in a few seconds.',
} as const

type Of = keyof typeof MESSAGE

const tooMany = (of: Of, seconds: number): PageRefusal =>
  new PageRefusal({
    status: 429,
    code: 'too_many_requests',
    title: 'One moment, please',
    message: MESSAGE[of],
    retryAfter: Math.max(1, Math.ceil(seconds)),
  })

/** @throws PageRefusal, before anything is read or written for the request */
export type AdmitBeginning = (exchange: Exchange) => void

interface Budget {
  readonly of: Of
  readonly limiter: RateLimiter
  readonly senderOf: (exchange: Exchange) => string
}

const budgetOf = (of: Of, rate: Rate | 'off', senderOf: Budget['senderOf']): readonly Budget[] =>
  rate === 'off' ? [] : [{ of, limiter: createRateLimiter(rate), senderOf }]

/**
 * Creates the check: of a network, and, by those that it admits, of all networks of a tenant. The budgets are of this server
 * alone, as is what they protect of the server's time; the log says once a minute that a network, or the tenant, is beyond
 * its own.
 */
export const createBeginningBudget = (
  { limitAuthorize, limitAuthorizeTenant }: Pick<LoginConfig, 'limitAuthorize' | 'limitAuthorizeTenant'>,
  { log, clock, logError }: { readonly log: TenantLog; readonly clock: Clock; readonly logError: LogError },
): AdmitBeginning => {
  const budgets = [
    ...budgetOf('network', limitAuthorize, ({ tenant, ip }) => `${tenant.tenantId}\n${networkOf(ip)}`),
    ...budgetOf('tenant', limitAuthorizeTenant, ({ tenant }) => tenant.tenantId),
  ]
  const notice = createLimitNotice(log, error => logError(error, { what: 'event api_limit' }))

  const say = ({ tenant, ip, userAgent, hostname, url, request }: Exchange, sender: string, { of, limiter }: Budget) =>
    notice(sender, {
      tenant_id: tenant.tenantId,
      date: clock(),
      ip,
      hostname,
      ...(userAgent === undefined ? {} : { user_agent: userAgent }),
      bucket: 'authorize',
      isGlobal: of === 'tenant',
      size: limiter.rate.burst,
      method: request.method ?? '',
      path: url.pathname,
    })

  return exchange => {
    for (const budget of budgets) {
      const sender = budget.senderOf(exchange)
      const { isAllowed, retryAfter } = budget.limiter.take(sender)
      if (isAllowed) continue
      say(exchange, sender, budget)
      throw tooMany(budget.of, retryAfter)
    }
  }
}
