/** Log events: writes through the Management API. */

import type { JsonObject } from '../../base/json.ts'
import { defineEvents } from './define-events.ts'
import { ASKED, CLIENT, inDetails } from './fields.ts'

const auth = (scope: string): JsonObject => ({ strategy: 'jwt', credentials: { scopes: [scope] } })

const PROFILE = {
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  phone_number: '+4420123456',
  user_metadata: { address: { city: 'London' } },
} as const satisfies JsonObject

/** The call that changes a user, of which bodies hold a profile. */
const USER_CHANGED = {
  description: 'Update a user',
  details: {
    request: {
      method: 'patch',
      path: '/api/v2/users/auth0%7C65f1c0ffee0ddba11cafe001',
      query: {},
      body: PROFILE,
      auth: auth('update:users'),
    },
    response: { statusCode: 200, body: { user_id: 'auth0|65f1c0ffee0ddba11cafe001', username: 'ada', ...PROFILE } },
  },
} as const satisfies JsonObject

/** The call that tries an Action with an event of the caller's; the event may stand there bare. */
const actionTested = (payload: JsonObject): JsonObject => ({
  description: 'Test an action',
  details: {
    request: {
      method: 'post',
      path: '/api/v2/actions/actions/9a1ff7b3-1c5c-4a35-8d1e-6ac0f5b2b3a4/test',
      query: {},
      body: { payload },
      auth: auth('create:actions'),
    },
    response: { statusCode: 200, body: { payload: { outcome: 'completed' } } },
  },
})

export const MANAGEMENT_EVENTS = defineEvents({
  sapi: {
    category: 'management.success',
    description: 'Management API operation',
    doc: 'A write through the Management API succeeded; secrets in its bodies are redacted.',
    required: ['ip', inDetails('request', 'response')],
    optional: [CLIENT, 'user_id', 'user_name', ASKED],
    optionalDetails: ['accessedSecrets'],
    shows: [CLIENT],
    example: {
      request: {
        method: 'post',
        path: '/api/v2/experimentation/segments',
        query: {},
        body: { name: 'Mobile' },
        auth: auth('create:segments'),
      },
      response: { statusCode: 201, body: { id: 'seg_4Yj9nR2mKpTw8vDsXc1hBq', name: 'Mobile' } },
    },
    furtherExamples: [
      USER_CHANGED,
      actionTested({ user: { name: 'Ada Lovelace' } }),
      actionTested({ event: { user: { name: 'Ada Lovelace' }, client: { name: 'Shop' } } }),
    ],
  },
})
