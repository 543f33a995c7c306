/** The table of triggers. A new one is a file beside this one and a line here. */

import { postLogin } from './post-login.ts'
import { postUserRegistration } from './post-user-registration.ts'
import { preUserRegistration } from './pre-user-registration.ts'
import type { Trigger, TriggerId } from './trigger.ts'

export const TRIGGERS: Readonly<Record<TriggerId, Trigger>> = {
  'post-login': postLogin,
  'pre-user-registration': preUserRegistration,
  'post-user-registration': postUserRegistration,
}

/** True for the id of a trigger that Actions can be bound to. */
export const isTriggerId = (text: string): text is TriggerId => Object.hasOwn(TRIGGERS, text)
