/** The event `ferrt` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, CONNECTION, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE, EXAMPLE_USER, TRANSACTION, USER } from './fields.ts'

export const ferrt: LogEventType = {
  type: 'ferrt',
  category: 'auth.token_exchange.fail',
  description: 'Reused rotating refresh token',
  doc: 'A refresh token that had been rotated was used again; its whole family is revoked.',
  isRefusal: true,
  required: ['ip', 'hostname'],
  optional: [
    ...CLIENT,
    ...USER,
    ...CONNECTION,
    ...TRANSACTION,
    'audience',
    'scope',
    'details.familyId',
    'details.latestCounter',
    'details.tokenCounter',
    'details.error',
    'details.actions',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'ferrt',
    description: 'Reused rotating refresh token',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: { familyId: 'Hq5tXcV0', tokenCounter: 2, latestCounter: 3 },
  },
}
