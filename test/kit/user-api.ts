/** The Management API over users: two tenants with a database connection each, and callers with the scopes of a test's choice. */

import assert from 'node:assert/strict'
import { systemRandom } from '../../src/base/random.ts'
import { QueueFull } from '../../src/base/turns.ts'
import { toTenantId } from '../../src/model/ids.ts'
import { findSignInFacts } from '../../src/store/users/sign-in-facts.ts'
import { type Answer, createTestApi, ISSUER, signToken, TENANT, type TestApi } from './management-api.ts'

export const PASSWORD = 'correct horse battery'

/** The clock stands still. */
export const NOW = Date.parse('2026-11-20T10:00:00.000Z')

/** Sent with a call that addresses the second tenant. */
export const OTHER_TENANT = { 'x-other': '1' }

const OTHER = toTenantId('other')
const CONNECTION = 'con_1'

export const USER_SCOPES = 'read:users create:users update:users delete:users'

export interface UserApi {
  readonly api: TestApi
  /** Hashing passwords fails for want of time, while it is true. */
  busy: boolean
  /** The path is below `/api/v2/`; every scope of users unless the headers say otherwise. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  /** The header of a caller with these scopes. */
  as(scope: string): Promise<Record<string, string>>
  pathOf(userId: string): string
  create(more?: object): Promise<Answer['body']>
  /** Ids of the users that a query finds. */
  find(q: string): Promise<readonly string[]>
  hashOf(email: string): Promise<string | undefined>
  /** Leaves something open for a user, such as a session. */
  open(userId: string, model: string): Promise<void>
  /** How much the user has open. */
  openOf(userId: string): Promise<number>
}

const addTenants = async ({ db }: TestApi): Promise<void> => {
  await db.insertInto('tenants').values({ tenant_id: OTHER, friendly_name: 'Other' }).execute()
  for (const [tenant_id, connection_id, name, strategy] of [
    [TENANT, CONNECTION, 'Users', 'auth0'],
    [OTHER, CONNECTION, 'Users', 'auth0'],
    [TENANT, 'con_2', 'Social', 'google-oauth2'],
  ] as const) {
    await db.insertInto('connections').values({ tenant_id, connection_id, name, strategy, options: '{}' }).execute()
  }
}

/** Opens an API on a database of its own. */
export const createUserApi = async (): Promise<UserApi> => {
  const api = await createTestApi({
    clock: () => NOW,
    tenantOf: async request => ({
      tenantId: request.headers.has('x-other') ? OTHER : TENANT,
      name: 'Test',
      issuer: ISSUER,
    }),
    users: {
      random: systemRandom,
      async hashPassword(password) {
        if (kit.busy) throw new QueueFull('busy')
        return `hash of ${password}`
      },
    },
  })
  await addTenants(api)
  const iat = Math.floor(NOW / 1000)
  const as = async (scope: string) => ({
    authorization: `Bearer ${await signToken({ scope, claims: { iat, exp: iat + 3_600 } })}`,
  })
  const everything = await as(USER_SCOPES)
  let users = 0
  const call: UserApi['call'] = (method, path, body, headers) =>
    api.call(method, `/api/v2/${path}`, body, { ...everything, ...headers })
  const kit: UserApi = {
    api,
    busy: false,
    call,
    as,
    pathOf: userId => `users/${encodeURIComponent(userId)}`,
    async create(more = {}) {
      const email = `user-${++users}@example.com`
      const answer = await call('POST', 'users', { connection: 'Users', email, password: PASSWORD, ...more })
      assert.equal(answer.status, 201, JSON.stringify(answer.body))
      return answer.body
    },
    async find(q) {
      const { status, body } = await call('GET', `users?q=${encodeURIComponent(q)}`)
      assert.equal(status, 200, JSON.stringify(body))
      return body.map(({ user_id }: { user_id: string }) => user_id)
    },
    async hashOf(email) {
      const facts = await findSignInFacts(api.db, TENANT, {
        connectionId: CONNECTION,
        email,
        failureHash: '',
        senderHash: '',
      })
      return facts.found?.passwordHash
    },
    async open(userId, model) {
      const values = { tenant_id: TENANT, model, id_hash: `${userId} ${model}` }
      const payload = JSON.stringify({ accountId: userId })
      await api.db
        .insertInto('oidc_payloads')
        .values({ ...values, payload })
        .execute()
    },
    async openOf(userId) {
      const rows = await api.db.selectFrom('oidc_payloads').select('model').where('account_id', '=', userId).execute()
      return rows.length
    },
  }
  return kit
}
