/** Groups of fields that many event types carry, so that each type states only what is its own. */

import type { JsonObject } from '../../base/json.ts'

/** What every stored document has. */
export const ALWAYS = ['date', 'type', 'description', 'log_id', '_id', 'tenant_name', 'environment_name'] as const

/** What a document of any type may have. */
export const ANYWHERE = ['user_agent', 'isMobile', 'hostname', 'references', 'auth0_client', 'location_info'] as const

export const CLIENT = ['client_id', 'client_name'] as const
export const USER = ['user_id', 'user_name', 'identity_user_id'] as const
export const CONNECTION = ['connection', 'connection_id', 'strategy', 'strategy_type'] as const
export const ORGANIZATION = ['organization_id', 'organization_name'] as const

/** What ties the events of one browser transaction together; the device is a keyed hash, never the cookie. */
export const TRANSACTION = [
  'details.session_id',
  'details.transaction_id',
  'details.device_id',
  'details.experiment',
  'details.experiments',
] as const

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
const LOG_ID = '90020261121094512345000000000000000000000000000000000042'

/** The fields of all events as the examples show them. */
export const EXAMPLE_ENVELOPE = {
  date: '2026-11-21T09:45:12.345Z',
  log_id: LOG_ID,
  _id: LOG_ID,
  tenant_name: 'dev',
  environment_name: 'self-hosted',
  user_agent: BROWSER,
  isMobile: false,
  ip: '203.0.113.7',
  hostname: 'login.example.com',
} as const satisfies JsonObject

export const EXAMPLE_CLIENT = { client_id: 'k2VQ7fJ0aXo3mTz9RbWc1LsYd8PeHu5N', client_name: 'Shop' } as const

export const EXAMPLE_USER = { user_id: 'auth0|65f1c0ffee0ddba11cafe001', user_name: 'ada@example.com' } as const

export const EXAMPLE_CONNECTION = {
  connection: 'Username-Password-Authentication',
  connection_id: 'con_8yTqVnWs3KcLhX5RgJbZ2d',
  strategy: 'auth0',
  strategy_type: 'database',
} as const

/** The details of an event in a browser transaction that an experiment enriched. */
export const EXAMPLE_TRANSACTION = {
  session_id: 'qWb0Xy3tTgJ6nE2uRkZpVd5m',
  transaction_id: 'x7Kp2NvQmH4sYw9LzTcB1g',
  device_id: '1f0c6a9de2b3475890abcdef01234567',
  experiment: {
    experiment_id: 'exp_uMP2ccYnKbSXPPNF8q1jsh',
    variation_id: 'var_7Qr1sL6kMmWy9vBjPt4hEZ',
    is_control: false,
    allocation_strategy: 'percentage',
    assignment: 'auto',
  },
  experiments: [
    {
      authentication_flow: 'authentication',
      experiment_id: 'exp_uMP2ccYnKbSXPPNF8q1jsh',
      variation_id: 'var_7Qr1sL6kMmWy9vBjPt4hEZ',
      is_control: false,
      allocation_strategy: 'percentage',
      assignment: 'auto',
    },
  ],
} as const satisfies JsonObject

/** What events of second factors and passkeys say of the authenticator. */
export const AUTHENTICATOR = [
  'details.authenticator',
  'details.enrollment',
  'details.failure_details',
  'details.first_factor',
  'details.remember_browser',
  'details.request',
  'details.response',
] as const

export const EXAMPLE_AUTHENTICATOR = {
  authenticator: { id: 'totp|dev_6gTq2ZpXvR8sKcW4nYbH1m', type: 'otp' },
} as const satisfies JsonObject

/** Of the request that sent a code, never the code itself. */
export const EXAMPLE_FACTOR_REQUEST = {
  request: { ip: '203.0.113.7', method: 'POST', path: '/u/mfa-otp-challenge', userAgent: BROWSER },
} as const satisfies JsonObject
