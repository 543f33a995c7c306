/** How a logout reads in the tenant's log. */

import type { LogEvent } from '../../logs/record/log-event.ts'
import { type EventContext, errorDetails, event, type Failing } from '../transaction/events.ts'

/** What a logout asked for. */
export type AskedLogout = {
  readonly allowed_logout_url: readonly string[]
  readonly protocol?: string
  readonly return_to?: string
}

export const loggedOut = (context: EventContext, details: AskedLogout): LogEvent => event('slo', context, details)

export const logoutFailed = (context: EventContext, failing: Failing, details: AskedLogout): LogEvent =>
  event('flo', context, { ...details, ...errorDetails(failing) }, { description: failing.message })
