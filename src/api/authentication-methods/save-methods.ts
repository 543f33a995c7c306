/** Creates, replaces and renames the authentication methods of a user. */

import { apiError } from '../../model/error-codes.ts'
import {
  type AuthenticationMethod,
  changeAuthenticationMethods,
  loadAuthenticationMethod,
  removeAuthenticationMethods,
  renameAuthenticationMethod,
} from '../../store/users/authentication-method-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import type { MethodContext } from './authentication-method-ports.ts'
import { type PreparedMethod, prepareMethod } from './create-method.ts'
import type { MethodChange, MethodCreation, MethodSet } from './method-body.ts'
import { WRITABLE_TYPES } from './method-types.ts'
import { recordRemovals } from './remove-methods.ts'

/** A new method, and the TOTP secret that was made for it. */
export interface SavedMethod {
  readonly method: AuthenticationMethod
  readonly secret: string | undefined
}

const keyOf = ({ tenant: { tenantId } }: MethodContext, userId: string) => ({ tenantId, userId })

/**
 * Gives a user a method.
 *
 * @throws `inexistent_user`, `authentication_method_unsupported`, `authentication_method_invalid`,
 *   `authentication_method_exists`, `authentication_method_limit_exceeded`
 */
export const createMethod = async (
  api: MethodContext,
  user: UserRecord,
  body: MethodCreation,
): Promise<SavedMethod> => {
  const prepared = await prepareMethod(api, user.userId, body)
  return changeAuthenticationMethods(api.read, user.userId, async transaction => {
    await prepared.save(transaction)
    const method = await loadAuthenticationMethod(transaction, keyOf(api, user.userId), prepared.id)
    return { method, secret: prepared.secret }
  })
}

const prepareAll = async (api: MethodContext, userId: string, body: MethodSet): Promise<readonly PreparedMethod[]> => {
  const repeated = body.find(({ type }, index) => body.findIndex(other => other.type === type) < index)
  if (repeated) throw apiError('authentication_method_invalid', `A user has one method of the type ${repeated.type}.`)
  return Promise.all(body.map(creation => prepareMethod(api, userId, creation)))
}

/**
 * Replaces every method of a user, those that the wire cannot state here included: passkeys and security keys go.
 *
 * @throws as `createMethod` does; then everything is as it was
 */
export const replaceMethods = async (
  api: MethodContext,
  user: UserRecord,
  body: MethodSet,
): Promise<readonly SavedMethod[]> => {
  const prepared = await prepareAll(api, user.userId, body)
  const key = keyOf(api, user.userId)
  const { removed, saved } = await changeAuthenticationMethods(api.read, user.userId, async transaction => {
    const gone = await removeAuthenticationMethods(transaction, key)
    const added: SavedMethod[] = []
    for (const { id, secret, save } of prepared) {
      await save(transaction)
      added.push({ method: await loadAuthenticationMethod(transaction, key, id), secret })
    }
    return { removed: gone, saved: added }
  })
  await recordRemovals(api, user, removed)
  return saved
}

const CHANGEABLE: readonly string[] = WRITABLE_TYPES.filter(type => type !== 'passkey')

/**
 * Renames a method.
 *
 * @throws `inexistent_authentication_method`, `authentication_method_unsupported`
 */
export const changeMethod = async (
  api: MethodContext,
  { userId }: UserRecord,
  methodId: string,
  { name, preferred_authentication_method }: MethodChange,
): Promise<AuthenticationMethod> => {
  const method = await loadAuthenticationMethod(api.db, keyOf(api, userId), methodId)
  const possible = `The name of methods of the types ${CHANGEABLE.join(' and ')} can be changed.`
  if (preferred_authentication_method !== undefined) {
    throw apiError('authentication_method_unsupported', `Only phones have a preferred way to be reached. ${possible}`)
  }
  if (name === undefined) return method
  if (!CHANGEABLE.includes(method.type)) throw apiError('authentication_method_unsupported', possible)
  return renameAuthenticationMethod(api.db, keyOf(api, userId), method.id, name)
}
