/** The event `sapi` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE } from './fields.ts'

export const sapi: LogEventType = {
  type: 'sapi',
  category: 'management.success',
  description: 'Management API operation',
  doc: 'A write through the Management API succeeded; secrets in its bodies are redacted.',
  required: ['ip', 'details.request', 'details.response'],
  optional: [...CLIENT, 'user_id', 'user_name', 'audience', 'scope', 'details.accessedSecrets'],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'sapi',
    description: 'Management API operation',
    ...EXAMPLE_CLIENT,
    details: {
      request: {
        method: 'post',
        path: '/api/v2/experimentation/segments',
        query: {},
        body: { name: 'Mobile' },
        auth: { strategy: 'jwt', credentials: { scopes: ['create:segments'] } },
      },
      response: { statusCode: 201, body: { id: 'seg_4Yj9nR2mKpTw8vDsXc1hBq' } },
    },
  },
}
