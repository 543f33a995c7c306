/** How a logout reads in the tenant's log. */

import type { LogEvent } from '../../logs/record/log-event.ts'
import { errorDetails, event, type Failing, type Occasion } from '../transaction/events.ts'

/** What a logout asked for. */
export type AskedLogout = {
  readonly allowed_logout_url: readonly string[]
  readonly protocol?: string
  readonly return_to?: string
}

export const loggedOut = (occasion: Occasion, details: AskedLogout): LogEvent => event('slo', occasion, details)

export const logoutFailed = (occasion: Occasion, failing: Failing, details: AskedLogout): LogEvent =>
  event('flo', occasion, { ...details, ...errorDetails(failing) }, { description: failing.message })
