/** `/users/{id}/authentication-methods`: the second factors and the passkeys of a user. */

import { z } from 'zod'
import { listAuthenticationMethods, loadAuthenticationMethod } from '../../store/users/authentication-method-store.ts'
import { findUserById, loadUser, type UserRecord } from '../../store/users/user-store.ts'
import type { ApiContext } from '../http/api-context.ts'
import { idParams } from '../http/list-query.ts'
import { closeOver, type Operation, operationOf } from '../http/operation.ts'
import { flag, wholeNumber } from '../http/query-values.ts'
import { requireNoLessThan } from '../users/administrators.ts'
import type { AuthenticationMethodPorts, MethodContext } from './authentication-method-ports.ts'
import {
  changedMethodSchema,
  createdMethodSchema,
  type MethodOwner,
  methodListSchema,
  methodSchema,
  setMethodsSchema,
  toChangedMethod,
  toCreatedMethod,
  toWireMethod,
} from './method-answer.ts'
import { methodChangeSchema, methodCreationSchema, methodSetSchema } from './method-body.ts'
import { removeAllMethods, removeMethod } from './remove-methods.ts'
import { changeMethod, createMethod, replaceMethods } from './save-methods.ts'

const PATH = '/users/{id}/authentication-methods'
const ITEM = `${PATH}/{authentication_method_id}` as const
const tag = 'authentication-methods'

const itemParams = idParams.extend({ authentication_method_id: z.string() })

const listQuery = z.strictObject({
  page: wholeNumber(0, 999_999, 'Number of the page, from 0.').default(0),
  per_page: wholeNumber(0, 100, 'Methods of a page; 50 when absent.').default(50),
  include_totals: flag('Whether the answer is an object with `start`, `limit`, `total`.').default(false),
})

const ownerOf = ({ tenant }: ApiContext, { userId }: UserRecord): MethodOwner => ({ tenant, userId })

/** A user has at most 62 methods: a page of them is cut from the whole. */
const listMethods = async (
  api: ApiContext,
  user: UserRecord,
  { page, per_page, include_totals }: z.output<typeof listQuery>,
) => {
  const all = await listAuthenticationMethods(api.db, api.tenant.tenantId, user.userId)
  const start = page * per_page
  const authenticators = all.slice(start, start + per_page).map(method => toWireMethod(method, ownerOf(api, user)))
  return include_totals ? { start, limit: per_page, total: all.length, authenticators } : authenticators
}

/** The user whose methods are written: an administrator's only by who has as many scopes. */
const loadWritableUser = async (api: ApiContext, id: string): Promise<UserRecord> => {
  const user = await loadUser(api.read, id)
  await requireNoLessThan(api, user)
  return user
}

const SAVING = [
  'inexistent_user',
  'authentication_method_unsupported',
  'authentication_method_invalid',
  'authentication_method_exists',
] as const

const operation = operationOf<MethodContext>()

const OPERATIONS: readonly Operation<MethodContext>[] = [
  operation({
    id: 'get_authentication-methods',
    method: 'get',
    path: PATH,
    summary: "List a user's authentication methods",
    tag,
    scopes: ['read:authentication_methods'],
    params: idParams,
    query: listQuery,
    success: { status: 200, schema: methodListSchema },
    errors: ['inexistent_user'],
    run: async (api, { params: { id }, query }) => listMethods(api, await loadUser(api.read, id), query),
  }),
  operation({
    id: 'post_authentication-methods',
    method: 'post',
    path: PATH,
    summary: 'Create an authentication method for a user',
    tag,
    scopes: ['create:authentication_methods'],
    params: idParams,
    body: methodCreationSchema,
    success: { status: 201, schema: createdMethodSchema },
    errors: [...SAVING, 'authentication_method_limit_exceeded'],
    async run(api, { params: { id }, body }) {
      const user = await loadWritableUser(api, id)
      const { method, secret } = await createMethod(api, user, body)
      return toCreatedMethod(method, ownerOf(api, user), secret)
    },
  }),
  operation({
    id: 'put_authentication-methods',
    method: 'put',
    path: PATH,
    summary: "Replace a user's authentication methods",
    tag,
    scopes: ['update:authentication_methods'],
    params: idParams,
    body: methodSetSchema,
    success: { status: 200, schema: setMethodsSchema },
    errors: SAVING,
    async run(api, { params: { id }, body }) {
      const user = await loadWritableUser(api, id)
      const saved = await replaceMethods(api, user, body)
      return saved.map(({ method, secret }) => toCreatedMethod(method, ownerOf(api, user), secret))
    },
  }),
  operation({
    id: 'delete_authentication-methods',
    method: 'delete',
    path: PATH,
    summary: "Delete a user's authentication methods",
    tag,
    scopes: ['delete:authentication_methods'],
    params: idParams,
    success: { status: 204 },
    errors: [],
    async run(api, { params: { id } }) {
      // A user that does not exist has no methods.
      const user = await findUserById(api.read, id)
      if (!user) return
      await requireNoLessThan(api, user)
      await removeAllMethods(api, user)
    },
  }),
  operation({
    id: 'get_authentication-methods_by_authentication_method_id',
    method: 'get',
    path: ITEM,
    summary: "Get a user's authentication method",
    tag,
    scopes: ['read:authentication_methods'],
    params: itemParams,
    success: { status: 200, schema: methodSchema },
    errors: ['inexistent_user', 'inexistent_authentication_method'],
    async run(api, { params: { id, authentication_method_id } }) {
      const user = await loadUser(api.read, id)
      const key = { tenantId: api.tenant.tenantId, userId: user.userId }
      return toWireMethod(await loadAuthenticationMethod(api.db, key, authentication_method_id), ownerOf(api, user))
    },
  }),
  operation({
    id: 'patch_authentication-methods_by_authentication_method_id',
    method: 'patch',
    path: ITEM,
    summary: "Change a user's authentication method",
    tag,
    scopes: ['update:authentication_methods'],
    params: itemParams,
    body: methodChangeSchema,
    success: { status: 200, schema: changedMethodSchema },
    errors: ['inexistent_user', 'inexistent_authentication_method', 'authentication_method_unsupported'],
    async run(api, { params: { id, authentication_method_id }, body }) {
      const user = await loadWritableUser(api, id)
      return toChangedMethod(await changeMethod(api, user, authentication_method_id, body), ownerOf(api, user))
    },
  }),
  operation({
    id: 'delete_authentication-methods_by_authentication_method_id',
    method: 'delete',
    path: ITEM,
    summary: "Delete a user's authentication method",
    tag,
    scopes: ['delete:authentication_methods'],
    params: itemParams,
    success: { status: 204 },
    errors: ['inexistent_user', 'inexistent_authentication_method'],
    run: async (api, { params: { id, authentication_method_id } }) =>
      removeMethod(api, await loadWritableUser(api, id), authentication_method_id),
  }),
]

export const authenticationMethodOperations = (
  authenticationMethods: AuthenticationMethodPorts,
): readonly Operation[] => closeOver({ authenticationMethods }, OPERATIONS)
