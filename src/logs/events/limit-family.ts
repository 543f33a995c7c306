/** Log events: senders that come too often. */

import { defineEvents } from './define-events.ts'
import { CLIENT, CONNECTION, inDetails, TRANSACTION, USER } from './fields.ts'

export const LIMIT_EVENTS = defineEvents({
  limit_wc: {
    category: 'system.notification',
    description: 'Blocked account',
    doc: 'An address failed to log in to one account too often in a row, and is blocked from it for a while.',
    isRefusal: true,
    required: [CLIENT, 'ip', 'hostname'],
    optional: [USER, CONNECTION, TRANSACTION],
    shows: [CLIENT, USER, CONNECTION, TRANSACTION],
  },
  limit_mu: {
    category: 'system.notification',
    description: 'Blocked IP address',
    doc: 'A network failed to log in, or to sign up, too often, with one account or with many, and is throttled from now on.',
    isRefusal: true,
    required: [CLIENT, 'ip', 'hostname'],
    optional: [USER, CONNECTION, TRANSACTION],
    optionalDetails: ['flow'],
    shows: [CLIENT, CONNECTION, TRANSACTION],
    example: { flow: 'login' },
  },
  api_limit: {
    category: 'system.notification',
    description: 'Rate limit reached',
    doc: 'A network, or all networks together (`global`), have begun more logins, or a client made more requests of the Management API, than the limit allows; written once a minute while it goes on.',
    isRefusal: true,
    required: ['ip', inDetails('limit', 'request')],
    optional: [CLIENT],
    optionalDetails: ['response'],
    shows: [CLIENT],
    example: {
      limit: { bucket: 'management-api', global: false, size: 2_000 },
      request: { method: 'GET', path: '/api/v2/logs' },
    },
  },
})
