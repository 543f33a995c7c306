/** pre-user-registration: before a user of a database connection is created. */

import type { Trigger } from './trigger.ts'

export const preUserRegistration = {
  id: 'pre-user-registration',
  version: 'v2',
  handler: 'onExecutePreUserRegistration',
  eventType: 'PreUserRegistrationEvent',
  apiType: 'PreUserRegistrationApi',
  methods: [
    'access.deny',
    'cache.delete',
    'cache.get',
    'cache.set',
    'user.setAppMetadata',
    'user.setUserMetadata',
    'validation.error',
  ],
} as const satisfies Trigger
