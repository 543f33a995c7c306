/** Takes authentication methods from a user, each with its event in the log. */

import {
  type AuthenticationMethod,
  removeAuthenticationMethod,
  removeAuthenticationMethods,
} from '../../store/users/authentication-method-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import type { ApiContext } from '../http/api-context.ts'
import { identityUserId } from './method-answer.ts'

/** Events name authenticators as Actions do. */
const eventType = (type: AuthenticationMethod['type']): string => (type === 'totp' ? 'otp' : type)

/** An administrator acts outside of a login, so no experiment was in force and the event has none. */
const recordRemoval = (api: ApiContext, user: UserRecord, { id, type, name }: AuthenticationMethod): Promise<void> =>
  api.recordEvent({
    type: 'gd_unenroll',
    user_id: user.userId,
    user_name: user.email,
    identity_user_id: identityUserId(user.userId),
    details: {
      authenticator: { id, type: eventType(type) },
      enrollment: { _id: id, name, tenant: api.tenant.tenantId, user_id: user.userId },
    },
  })

/** Logs that methods are gone; the caller has taken them. */
export const recordRemovals = async (
  api: ApiContext,
  user: UserRecord,
  removed: readonly AuthenticationMethod[],
): Promise<void> => {
  await Promise.all(removed.map(method => recordRemoval(api, user, method)))
}

const keyOf = ({ tenant: { tenantId } }: ApiContext, { userId }: UserRecord) => ({ tenantId, userId })

/** @throws `inexistent_authentication_method` */
export const removeMethod = async (api: ApiContext, user: UserRecord, methodId: string): Promise<void> => {
  const removed = await removeAuthenticationMethod(api.db, keyOf(api, user), methodId)
  await recordRemovals(api, user, [removed])
}

export const removeAllMethods = async (api: ApiContext, user: UserRecord): Promise<void> =>
  recordRemovals(api, user, await removeAuthenticationMethods(api.db, keyOf(api, user)))
