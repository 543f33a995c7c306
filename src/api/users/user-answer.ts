/** What the API returns of a user; no hash and no secret is part of it. */

import { z } from 'zod'
import { pictureOf } from '../../model/avatar.ts'
import { connectionNames } from '../../store/users/user-search-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import type { ApiContext } from '../http/api-context.ts'
import { chooseFields, type FieldChoice } from '../http/field-choice.ts'

const metadata = z.record(z.string(), z.unknown())

const identitySchema = z.strictObject({
  connection: z.string(),
  provider: z.string(),
  user_id: z.string(),
  isSocial: z.boolean(),
})

/** Every member can be left out by `fields`; those that a user does not have are absent. */
export const userSchema = z
  .strictObject({
    user_id: z.string(),
    email: z.string(),
    email_verified: z.boolean(),
    name: z.string(),
    nickname: z.string(),
    given_name: z.string(),
    family_name: z.string(),
    picture: z.string(),
    username: z.string(),
    phone_number: z.string(),
    phone_verified: z.boolean(),
    blocked: z.boolean(),
    identities: z.array(identitySchema),
    user_metadata: metadata,
    app_metadata: metadata,
    last_ip: z.string(),
    last_login: z.iso.datetime(),
    last_password_reset: z.iso.datetime(),
    logins_count: z.int(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .partial()
  .meta({ id: 'User' })

export const userListSchema = z.union([
  z.array(userSchema),
  z.strictObject({
    start: z.int(),
    limit: z.int(),
    length: z.int(),
    total: z.int(),
    users: z.array(userSchema),
  }),
])

/** `auth0|abc`: who knows the user, and by which id. */
const identityOf = (user: UserRecord, connection: string): z.output<typeof identitySchema> => {
  const bar = user.userId.indexOf('|')
  return {
    connection,
    provider: user.userId.slice(0, Math.max(bar, 0)),
    user_id: user.userId.slice(bar + 1),
    isSocial: false,
  }
}

const toWireUser = (user: UserRecord, connection: string, issuer: string): Readonly<Record<string, unknown>> => ({
  user_id: user.userId,
  email: user.email,
  email_verified: user.emailVerified,
  name: user.name,
  nickname: user.nickname,
  given_name: user.givenName,
  family_name: user.familyName,
  picture: pictureOf(user, issuer),
  username: user.username,
  phone_number: user.phoneNumber,
  phone_verified: user.phoneVerified,
  blocked: user.blocked,
  identities: [identityOf(user, connection)],
  user_metadata: user.userMetadata,
  app_metadata: user.appMetadata,
  last_ip: user.lastIp,
  last_login: user.lastLogin?.toISOString(),
  last_password_reset: user.lastPasswordReset?.toISOString(),
  logins_count: user.loginsCount,
  created_at: user.createdAt.toISOString(),
  updated_at: user.updatedAt.toISOString(),
})

/** Users as the wire has them, in their order. */
export const showUsers = async (
  api: ApiContext,
  users: readonly UserRecord[],
  choice: FieldChoice = {},
): Promise<readonly Record<string, unknown>[]> => {
  const names = await connectionNames(api.read, new Set(users.map(({ connectionId }) => connectionId)))
  return users.map(user =>
    chooseFields(toWireUser(user, names.get(user.connectionId) ?? '', api.tenant.issuer), choice),
  )
}

export const showUser = async (api: ApiContext, user: UserRecord, choice?: FieldChoice) =>
  (await showUsers(api, [user], choice))[0]
