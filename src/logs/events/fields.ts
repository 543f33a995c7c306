/** Groups of fields that many event types have, each with an example, so that a type states only what is its own. */

import type { JsonObject } from '../../base/json.ts'

/** What every stored document has. */
export const ALWAYS = ['date', 'type', 'description', 'log_id', '_id', 'tenant_name', 'environment_name'] as const

/** What a document of any type may have. */
export const ANYWHERE = ['user_agent', 'isMobile', 'hostname', 'references', 'auth0_client', 'location_info'] as const

/** Paths in a document, `details.` before those in its details, and what they look like. */
export interface FieldGroup<Path extends string = string> {
  readonly paths: readonly Path[]
  readonly example: JsonObject
}

const group = <const Path extends string>(paths: readonly Path[], example: JsonObject = {}): FieldGroup<Path> => ({
  paths,
  example,
})

/** Fields of an event's details, by name. */
export const inDetails = <const Name extends string>(...names: readonly Name[]): FieldGroup<`details.${Name}`> =>
  group(names.map((name): `details.${Name}` => `details.${name}`))

const detailsGroup = <const Name extends string>(names: readonly Name[], details: JsonObject) => ({
  ...inDetails(...names),
  example: { details },
})

export const CLIENT = group(['client_id', 'client_name'], {
  client_id: 'k2VQ7fJ0aXo3mTz9RbWc1LsYd8PeHu5N',
  client_name: 'Shop',
})

export const USER = group(['user_id', 'user_name', 'identity_user_id'], {
  user_id: 'auth0|65f1c0ffee0ddba11cafe001',
  user_name: 'ada@example.com',
})

export const CONNECTION = group(['connection', 'connection_id', 'strategy', 'strategy_type'], {
  connection: 'Username-Password-Authentication',
  connection_id: 'con_8yTqVnWs3KcLhX5RgJbZ2d',
  strategy: 'auth0',
  strategy_type: 'database',
})

export const ORGANIZATION = group(['organization_id', 'organization_name'])

/** What a request for tokens asks for. */
export const ASKED = group(['audience', 'scope'])

const EXPERIMENT = {
  experiment_id: 'exp_uMP2ccYnKbSXPPNF8q1jsh',
  variation_id: 'var_7Qr1sL6kMmWy9vBjPt4hEZ',
  is_control: false,
  allocation_strategy: 'percentage',
  assignment: 'auto',
} as const satisfies JsonObject

/** What ties the events of one browser transaction together; the device is a keyed hash, never the cookie. */
export const TRANSACTION = detailsGroup(['session_id', 'transaction_id', 'device_id', 'experiment', 'experiments'], {
  session_id: 'qWb0Xy3tTgJ6nE2uRkZpVd5m',
  transaction_id: 'x7Kp2NvQmH4sYw9LzTcB1g',
  device_id: '1f0c6a9de2b3475890abcdef01234567',
  experiment: EXPERIMENT,
  experiments: [{ authentication_flow: 'authentication', ...EXPERIMENT }],
})

/** How long a login took, in milliseconds, and since when. */
export const TIMES = detailsGroup(['initiatedAt', 'completedAt', 'elapsedTime'], {
  initiatedAt: 1_795_254_305_102,
  completedAt: 1_795_254_312_345,
  elapsedTime: 7_243,
})

/** What events of second factors and passkeys say of the authenticator. */
export const AUTHENTICATOR = detailsGroup(
  ['authenticator', 'enrollment', 'failure_details', 'first_factor', 'remember_browser', 'request', 'response'],
  { authenticator: { id: 'totp|dev_6gTq2ZpXvR8sKcW4nYbH1m', type: 'otp' } },
)

const LOG_ID = '90020261121094512345000000000000000000000000000000000042'

/** The fields of all events as the examples show them. */
export const EXAMPLE_ENVELOPE = {
  date: '2026-11-21T09:45:12.345Z',
  log_id: LOG_ID,
  _id: LOG_ID,
  tenant_name: 'dev',
  environment_name: 'self-hosted',
} as const satisfies JsonObject

/** What the examples show of the request that brought an event about. */
export const EXAMPLE_REQUEST = {
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  isMobile: false,
  ip: '203.0.113.7',
  hostname: 'login.example.com',
} as const satisfies JsonObject
