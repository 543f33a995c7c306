import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { insertTestTenant, TENANT } from '../../../test/kit/test-tenant.ts'
import { toTenantId } from '../../model/ids.ts'
import { NAME_SESSIONS } from '../database/migrations/0005-method-origins.ts'
import { insertOidcPayload } from './oidc-payload-store.ts'
import { endSession, endTokensOfSession } from './session-end.ts'

const OTHER = toTenantId('other')
const expiresAt = new Date(Date.now() + 3_600_000)

let database: TestDatabase

const save = (model: string, id: string, more: { grantId?: string; uid?: string; tenantId?: typeof TENANT } = {}) =>
  insertOidcPayload(database.db, {
    tenantId: TENANT,
    model,
    id,
    payload: {},
    grantId: undefined,
    uid: undefined,
    expiresAt,
    ...more,
  })

const left = async (): Promise<readonly string[]> => {
  const rows = await database.db.selectFrom('oidc_payloads').select(['tenant_id', 'model', 'grant_id']).execute()
  return rows.map(row => `${row.tenant_id} ${row.model} ${row.grant_id}`).toSorted()
}

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
  await insertTestTenant(database.db, OTHER)
})

after(() => database?.close())

test('a session ends its codes, its refresh tokens and their grants, and nothing of anybody else', async () => {
  for (const grantId of ['g1', 'g2', 'g3']) await save('Grant', grantId, { grantId })
  await save('RefreshToken', 'r1', { grantId: 'g1', uid: 's1' })
  await save('AuthorizationCode', 'c1', { grantId: 'g2', uid: 's1' })
  await save('RefreshToken', 'r3', { grantId: 'g3', uid: 's2' })
  await save('AccessToken', 'a1', { grantId: 'g1' })
  await save('Interaction', 'i1', { grantId: 'g1' })
  await save('Session', 'session', { uid: 's1' })
  await save('RefreshToken', 'r1', { grantId: 'g1', uid: 's1', tenantId: OTHER })
  await endTokensOfSession(database.db, TENANT, 's1')
  assert.deepEqual(await left(), [
    'dev Grant g3',
    'dev Interaction g1',
    'dev RefreshToken g3',
    'dev Session null',
    'other RefreshToken g1',
  ])
  assert.equal(await endSession(database.db, OTHER, 's1'), false)
  assert.equal((await left()).length, 5)
  assert.ok(await endSession(database.db, TENANT, 's1'))
  assert.equal(await endSession(database.db, TENANT, 's1'), false)
  assert.deepEqual(await left(), ['dev Grant g3', 'dev Interaction g1', 'dev RefreshToken g3', 'other RefreshToken g1'])
})

test('tokens that were issued before they named their session end with it, too', async () => {
  await database.db.deleteFrom('oidc_payloads').execute()
  for (const model of ['RefreshToken', 'AuthorizationCode', 'AccessToken']) {
    await insertOidcPayload(database.db, {
      ...{ tenantId: TENANT, model, id: model, grantId: 'old', uid: undefined, expiresAt },
      payload: { sessionUid: 'Some_session-1' },
    })
  }
  await sql.raw(NAME_SESSIONS).execute(database.db)
  await endTokensOfSession(database.db, TENANT, 'Some_session-1')
  assert.deepEqual(await left(), [])
})

test('however many there are, all of them end, a page at a time', async () => {
  await database.db.deleteFrom('oidc_payloads').execute()
  await save('RefreshToken', 'first', { grantId: 'many', uid: 'busy' })
  await sql`
    insert into oidc_payloads (tenant_id, model, id_hash, payload, grant_id, uid_hash, expires_at)
    select tenant_id, model, 'copy-' || n, payload, 'grant-' || n, uid_hash, expires_at
    from oidc_payloads, generate_series(1, 1300) n`.execute(database.db)
  await endTokensOfSession(database.db, TENANT, 'busy')
  assert.deepEqual(await left(), [])
})
