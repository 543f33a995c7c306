/** post-user-registration: after the user was created and the response was sent; its outcome is ignored. */

import type { Trigger } from './trigger.ts'

export const postUserRegistration = {
  id: 'post-user-registration',
  version: 'v2',
  handler: 'onExecutePostUserRegistration',
  eventType: 'PostUserRegistrationEvent',
  apiType: 'PostUserRegistrationApi',
  methods: ['cache.delete', 'cache.get', 'cache.set'],
} as const satisfies Trigger
