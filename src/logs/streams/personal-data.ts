/** Where documents of the log hold personal data: the table behind a stream's `pii_config`. */

import type { PiiField } from '../../model/log-stream.ts'

/** The keys of a user's profile that hold a field (contract: log streams, `pii_config`); elsewhere they say something else. */
export const PROFILE_KEYS: Readonly<Record<PiiField, readonly string[]>> = {
  first_name: ['first_name', 'given_name', 'name'],
  last_name: ['last_name', 'family_name', 'name'],
  username: ['username', 'user_name'],
  email: ['email'],
  phone: ['phone', 'phone_number', 'old_phone_number', 'new_phone_number'],
  address: ['address'],
}

/** A place where documents hold a profile, metadata included. */
export interface ProfilePlace {
  /** Names of members, joined by dots; `*` is every item of a list. */
  readonly path: string
  /** Of the Management API's calls only those with such a path. */
  readonly call?: RegExp
}

const USERS = /^\/api\/v2\/users(?:\/[^/]+)?\/?$/
const ACTION_TEST = /^\/api\/v2\/actions\/actions\/[^/]+\/test\/?$/

export const PROFILES: readonly ProfilePlace[] = [
  { path: 'details.body' },
  { path: 'details.request.body', call: USERS },
  { path: 'details.response.body', call: USERS },
  { path: 'details.request.body.payload.user', call: ACTION_TEST },
  { path: 'details.request.body.payload.event.user', call: ACTION_TEST },
]

/** Places outside of profiles, each of one value. */
export const VALUES: Readonly<Record<PiiField, readonly string[]>> = {
  first_name: [],
  last_name: [],
  username: ['user_name', 'details.prompts.*.user_name'],
  email: [],
  phone: [],
  address: [],
}
