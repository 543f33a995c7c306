/** api.cache.delete: this trigger's Actions forget a value. */

import { propertyName } from './kind.ts'
import { argument, method } from './method.ts'

export const cacheDelete = method({
  path: 'cache.delete',
  doc: 'Forgets a value.',
  triggers: ['post-login', 'pre-user-registration', 'post-user-registration'],
  parameters: [argument('key', propertyName(1024), 'Name of the value.')],
  returns: 'CacheDeleteResult',
  answer: (call, [key]) => {
    if (!call.cache.delete(key)) return { type: 'error', code: 'CacheKeyDoesNotExist' }
    call.record([key])
    return { type: 'success' }
  },
  effects: ([key]) => [{ kind: 'cache_deleted', key }],
})
