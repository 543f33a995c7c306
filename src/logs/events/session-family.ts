/** Log events of sessions: logouts, and logins that a session answers without a page. */

import { defineEvents } from './define-events.ts'
import { ASKED, CLIENT, CONNECTION, ORGANIZATION, TIMES, TRANSACTION, USER } from './fields.ts'

export const SESSION_EVENTS = defineEvents({
  slo: {
    category: 'auth.logout.success',
    description: 'User successfully logged out',
    doc: 'A user logged out.',
    required: ['ip', 'hostname'],
    optional: [CLIENT, USER, CONNECTION, TRANSACTION],
    optionalDetails: ['allowed_logout_url', 'initiated_by', 'protocol', 'return_to', 'session_metadata'],
    shows: [CLIENT, USER],
    example: {
      session_id: 'qWb0Xy3tTgJ6nE2uRkZpVd5m',
      return_to: 'https://shop.example.com/',
      allowed_logout_url: ['https://shop.example.com/'],
    },
  },
  flo: {
    category: 'auth.logout.fail',
    description: 'User logout failed',
    doc: 'A logout was refused, such as for an address that is not allowed.',
    isRefusal: true,
    required: ['ip', 'hostname'],
    optional: [CLIENT, USER, CONNECTION, TRANSACTION],
    optionalDetails: ['allowed_logout_url', 'initiated_by', 'protocol', 'return_to', 'error'],
    shows: [CLIENT],
    example: {
      return_to: 'https://evil.example/',
      allowed_logout_url: ['https://shop.example.com/'],
      error: { message: 'The returnTo address is not allowed.' },
    },
  },
  ssa: {
    category: 'auth.silent_auth.success',
    description: 'Successful silent authentication',
    doc: 'A session answered an authorization request without showing a page.',
    required: [CLIENT, 'ip', 'hostname', 'user_id'],
    optional: [USER, CONNECTION, ORGANIZATION, TRANSACTION, 'session_connection', TIMES],
    optionalDetails: ['prompts', 'actions', 'riskAssessment', 'session'],
    shows: [CLIENT, USER],
    exampleFields: { session_connection: 'Username-Password-Authentication' },
    example: { session_id: 'qWb0Xy3tTgJ6nE2uRkZpVd5m' },
  },
  fsa: {
    category: 'auth.silent_auth.fail',
    description: 'Login required',
    doc: 'An authorization request with prompt=none could not be answered without a page.',
    isRefusal: true,
    required: [CLIENT, 'ip', 'hostname'],
    optional: [USER, CONNECTION, ORGANIZATION, TRANSACTION, ASKED],
    optionalDetails: ['error', 'actions', 'session'],
    shows: [CLIENT],
    exampleFields: { audience: 'https://api.example.com/' },
    example: { error: { message: 'Login required', oauthError: 'login_required' } },
  },
})
