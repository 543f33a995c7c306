/** Says in the log that a limit of requests is reached: once a minute for each of its senders, however many requests follow. */

import { createRateLimiter } from '../../base/rate-limiter.ts'
import type { LogEvent, TenantLog } from './log-event.ts'

export interface ReachedLimit
  extends Pick<LogEvent, 'tenant_id' | 'date' | 'ip' | 'user_agent' | 'hostname' | 'client_id' | 'client_name'> {
  /** What is limited. */
  readonly bucket: 'authorize' | 'management-api'
  /** The limit is of all senders together. */
  readonly isGlobal: boolean
  /** What may come at once. */
  readonly size: number
  readonly method: string
  /** Without the query. */
  readonly path: string
}

const ONCE_A_MINUTE = { burst: 1, secondsEach: 60 } as const

/**
 * Creates the notice.
 *
 * @param onError is told when it could not be written: no request waits for it
 * @returns takes what names the sender, and what happened
 */
export const createLimitNotice = (
  log: TenantLog,
  onError: (error: unknown, limit: ReachedLimit) => void,
): ((sender: string, limit: ReachedLimit) => void) => {
  const notices = createRateLimiter(ONCE_A_MINUTE)
  return (sender, limit) => {
    if (!notices.take(sender).isAllowed) return
    const { bucket, isGlobal, size, method, path, ...fields } = limit
    const details = { limit: { bucket, global: isGlobal, size }, request: { method, path } }
    log.record({ ...fields, type: 'api_limit', details }).catch(error => onError(error, limit))
  }
}
