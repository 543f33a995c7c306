/** The table of the log events that the product writes, by family. */

import { ACTION_EVENTS } from './action-family.ts'
import type { LogEventType } from './define-events.ts'
import { EXPERIMENT_EVENTS } from './experiment-family.ts'
import { FACTOR_EVENTS } from './factor-family.ts'
import { LIMIT_EVENTS } from './limit-family.ts'
import { LOGIN_EVENTS } from './login-family.ts'
import { MANAGEMENT_EVENTS } from './management-family.ts'
import { NOTICE_EVENTS } from './notice-family.ts'
import { PASSKEY_EVENTS } from './passkey-family.ts'
import { SESSION_EVENTS } from './session-family.ts'
import { TOKEN_EVENTS } from './token-family.ts'

export const LOG_EVENTS = {
  ...LOGIN_EVENTS,
  ...TOKEN_EVENTS,
  ...SESSION_EVENTS,
  ...LIMIT_EVENTS,
  ...ACTION_EVENTS,
  ...FACTOR_EVENTS,
  ...PASSKEY_EVENTS,
  ...MANAGEMENT_EVENTS,
  ...NOTICE_EVENTS,
  ...EXPERIMENT_EVENTS,
} as const satisfies Readonly<Record<string, LogEventType>>

/** A type code that the product writes. */
export type LogType = keyof typeof LOG_EVENTS

/** The entry of a type. */
export const logEventType = (type: LogType): LogEventType => LOG_EVENTS[type]

/** Every entry, in the order of the reference. */
export const LOG_EVENT_TYPES: readonly LogEventType[] = Object.values(LOG_EVENTS)
