/** The event `gd_otp_rate_limit_exceed` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  AUTHENTICATOR,
  CLIENT,
  CONNECTION,
  EXAMPLE_AUTHENTICATOR,
  EXAMPLE_CLIENT,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  EXAMPLE_USER,
  TRANSACTION,
  USER,
} from './fields.ts'

export const gdOtpRateLimitExceed: LogEventType = {
  type: 'gd_otp_rate_limit_exceed',
  category: 'other',
  description: 'Too many wrong codes',
  doc: 'A user entered too many wrong codes in a row; no code is taken until the pause is over.',
  isRefusal: true,
  required: ['user_id', 'ip', 'details.authenticator'],
  optional: [...CLIENT, ...USER, ...CONNECTION, ...TRANSACTION, ...AUTHENTICATOR],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'gd_otp_rate_limit_exceed',
    description: 'Too many wrong codes',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      ...EXAMPLE_AUTHENTICATOR,
      failure_details: {
        errorCode: 'too_many_attempts',
        message: 'No codes are taken until 2026-11-21T10:00:12.345Z.',
      },
    },
  },
}
