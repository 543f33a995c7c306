/** The event that an Action is tested with when no file is given: a login or a sign-up as a server would describe it. */

import type { JsonObject } from '../../base/json.ts'

const MOMENT = '2026-01-15T09:30:00.000Z'

const CONNECTION = { id: 'con_sample', name: 'Username-Password-Authentication', strategy: 'auth0', metadata: {} }

const REQUEST = {
  ip: '203.0.113.9',
  method: 'POST',
  hostname: 'localhost',
  language: 'en',
  user_agent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 Version/26.1 Mobile Safari/604.1',
  geoip: { countryCode: 'US' },
}

const PROFILE = {
  email: 'ada@example.com',
  name: 'ada@example.com',
  nickname: 'ada',
  user_metadata: {},
  app_metadata: {},
}

const USER = {
  ...PROFILE,
  user_id: 'auth0|000000000000000000000001',
  email_verified: true,
  created_at: MOMENT,
  updated_at: MOMENT,
  identities: [
    { connection: CONNECTION.name, isSocial: false, provider: 'auth0', user_id: '000000000000000000000001' },
  ],
  multifactor: [],
  enrolledFactors: [],
}

const TRANSACTION = {
  id: 'sampleTransaction',
  acr_values: [],
  locale: 'en',
  protocol: 'oidc-basic-profile',
  requested_scopes: ['openid', 'profile', 'email'],
  response_type: ['code'],
  ui_locales: [],
}

/** Trigger → event. */
export const SAMPLE_EVENTS: Readonly<Record<string, JsonObject>> = {
  'post-login': {
    request: { ...REQUEST, body: {}, query: {} },
    client: { client_id: 'sample', name: 'Application', metadata: {} },
    connection: CONNECTION,
    stats: { logins_count: 1 },
    tenant: { id: 'dev' },
    user: USER,
    authentication: { methods: [{ name: 'pwd', timestamp: MOMENT }] },
    authorization: { roles: [] },
    transaction: { ...TRANSACTION, metadata: {} },
    session: { id: 'sampleSession', user_id: USER.user_id, created_at: MOMENT },
  },
  'pre-user-registration': {
    request: { ...REQUEST, body: {} },
    client: { client_id: 'sample', name: 'Application', metadata: {} },
    connection: CONNECTION,
    tenant: { id: 'dev' },
    user: PROFILE,
    transaction: TRANSACTION,
  },
  'post-user-registration': {
    request: REQUEST,
    connection: CONNECTION,
    tenant: { id: 'dev' },
    user: USER,
    transaction: TRANSACTION,
  },
}
