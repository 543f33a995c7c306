/** How many refusals are written into the log: what strangers can bring about must not fill it. */

import { networkOf } from '../../base/network.ts'
import { createRateLimiter, type Rate } from '../../base/rate-limiter.ts'
import { logEventType } from '../events/index.ts'
import { createLeftOut } from './left-out.ts'
import type { LogEvent, TenantLog } from './log-event.ts'

export interface RefusalBudgetOptions {
  /** Of one type, from one network. Each type has its own, so that noise of one hides nothing of another. */
  readonly rate: Rate | 'off'
  /** Told when it could not be written that events were left out; the next report tries again. */
  readonly onError: (error: unknown) => void
  /** Milliseconds between two reports; default a minute. */
  readonly reportMs?: number
  /** Milliseconds of a clock that never goes back; default the process's. */
  readonly now?: () => number
}

export interface BudgetedTenantLog extends TenantLog, AsyncDisposable {
  /** Writes now what was left out since the last time, an event for each network. Never rejects. */
  report(): Promise<void>
}

/**
 * A tenant's refusals of one type, from all networks together, are as many as these networks may have: more than a tenant
 * with a thousand logins a second has by itself, so that its failures can be compared, and a bound for those who have
 * networks without end.
 */
const NETWORKS = 300

/**
 * Wraps the log. Of the types that any stranger can bring about, `record` writes what the budget allows; the rest is
 * counted, and once a minute an event for each network says how many were left out. Disposing it writes the last report.
 */
export const createRefusalBudget = (
  log: TenantLog,
  { rate, onError, reportMs = 60_000, now }: RefusalBudgetOptions,
): BudgetedTenantLog => {
  if (rate === 'off') {
    const nothing = async (): Promise<void> => {}
    return { record: event => log.record(event), report: nothing, [Symbol.asyncDispose]: nothing }
  }
  const options = now ? { now } : {}
  const ofNetwork = createRateLimiter(rate, options)
  const ofTenant = createRateLimiter(
    { burst: rate.burst * NETWORKS, secondsEach: rate.secondsEach / NETWORKS },
    options,
  )
  const leftOut = createLeftOut()
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  const report = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    await leftOut.report(event => log.record(event)).catch(onError)
    schedule()
  }

  const schedule = (): void => {
    if (!isClosed && !leftOut.isEmpty) timer ??= setTimeout(report, reportMs).unref()
  }

  const isWithin = ({ tenant_id, type }: LogEvent, network: string): boolean =>
    ofNetwork.take(`${tenant_id}\n${type}\n${network}`).isAllowed && ofTenant.take(`${tenant_id}\n${type}`).isAllowed

  return {
    async record(event) {
      const network = networkOf(event.ip ?? '')
      if (!logEventType(event.type).isRefusal || isWithin(event, network)) return log.record(event)
      leftOut.add(event, network)
      schedule()
      return undefined
    },
    report,
    async [Symbol.asyncDispose]() {
      isClosed = true
      await report()
    },
  }
}
