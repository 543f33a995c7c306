/** api.cache.get: what this trigger's Actions have kept under a name. */

import { propertyName } from './kind.ts'
import { argument, method } from './method.ts'

export const cacheGet = method({
  path: 'cache.get',
  doc: 'Reads a value that an Action of this trigger has kept; undefined when there is none or it has expired.',
  triggers: ['post-login', 'pre-user-registration', 'post-user-registration'],
  parameters: [argument('key', propertyName(1024), 'Name of the value.')],
  returns: 'CacheRecord | undefined',
  answer: (call, [key]) => {
    const record = call.cache.get(key)
    return record && record.expires_at > call.now() ? { ...record } : undefined
  },
})
