/** `/users` and `/users-by-email`: who can log in. */

import { z } from 'zod'
import { loadUser } from '../../store/users/user-store.ts'
import { fieldsQuery } from '../http/field-choice.ts'
import { idParams } from '../http/list-query.ts'
import { closeOver, type Operation, operationOf } from '../http/operation.ts'
import { listUsers, listUsersByEmail } from './list-users.ts'
import { addUser, editUser, removeUser } from './save-user.ts'
import { showUser, userListSchema, userSchema } from './user-answer.ts'
import { userChangeSchema, userCreationSchema } from './user-body.ts'
import type { UserContext, UserPorts } from './user-ports.ts'
import { userListQuery, usersByEmailQuery } from './user-query.ts'

const PATH = '/users'
const tag = 'users'

const SAVING = [
  'user_exists',
  'user_connection_invalid',
  'user_email_invalid',
  'user_password_invalid',
  'too_many_requests',
] as const

const operation = operationOf<UserContext>()

const OPERATIONS: readonly Operation<UserContext>[] = [
  operation({
    id: 'get_users',
    method: 'get',
    path: PATH,
    summary: 'List or search users',
    tag,
    scopes: ['read:users'],
    query: userListQuery,
    success: { status: 200, schema: userListSchema },
    errors: ['query_too_long', 'query_too_slow'],
    run: (api, { query }) => listUsers(api, query),
  }),
  operation({
    id: 'get_users-by-email',
    method: 'get',
    path: '/users-by-email',
    summary: 'List the users of an email address',
    tag,
    scopes: ['read:users'],
    query: usersByEmailQuery,
    success: { status: 200, schema: z.array(userSchema) },
    errors: [],
    run: (api, { query: { email, ...choice } }) => listUsersByEmail(api, email, choice),
  }),
  operation({
    id: 'post_users',
    method: 'post',
    path: PATH,
    summary: 'Create a user',
    tag,
    scopes: ['create:users'],
    body: userCreationSchema,
    success: { status: 201, schema: userSchema },
    errors: SAVING,
    run: async (api, { body }) => showUser(api, await addUser(api, body)),
  }),
  operation({
    id: 'get_users_by_id',
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'Get a user',
    tag,
    scopes: ['read:users'],
    params: idParams,
    query: z.strictObject(fieldsQuery),
    success: { status: 200, schema: userSchema },
    errors: ['inexistent_user'],
    run: async (api, { params: { id }, query }) => showUser(api, await loadUser(api.read, id), query),
  }),
  operation({
    id: 'patch_users_by_id',
    method: 'patch',
    path: `${PATH}/{id}`,
    summary: 'Update a user',
    tag,
    scopes: ['update:users', 'update:users_app_metadata'],
    params: idParams,
    body: userChangeSchema,
    success: { status: 200, schema: userSchema },
    errors: ['inexistent_user', ...SAVING, 'user_metadata_too_large'],
    run: async (api, { params: { id }, body }) => showUser(api, await editUser(api, id, body)),
  }),
  operation({
    id: 'delete_users_by_id',
    method: 'delete',
    path: `${PATH}/{id}`,
    summary: 'Delete a user',
    tag,
    scopes: ['delete:users'],
    params: idParams,
    success: { status: 204 },
    errors: [],
    run: (api, { params: { id } }) => removeUser(api, id),
  }),
]

export const userOperations = (users: UserPorts): readonly Operation[] => closeOver({ users }, OPERATIONS)
