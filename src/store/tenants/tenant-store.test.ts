import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { toTenantId } from '../../model/ids.ts'
import { openDatabase } from '../database/database.ts'
import { insertTenant, tenantExists } from './tenant-store.ts'

const SERVERS = 6
/** The moment in which two inserts meet is short: about one round in a hundred hits it. */
const ROUNDS = 300

let database: TestDatabase

before(async () => {
  database = await createTestDatabase()
})

after(() => database?.close())

const defaultTenant = (name: string) => ({
  tenantId: toTenantId(name),
  friendlyName: name,
  isDefault: true,
  allowedLogoutUrls: [],
  domains: ['login.example.com'],
})

test('of servers that insert the default tenant at one moment one does, and no other fails', async () => {
  const pools = Array.from({ length: SERVERS }, () =>
    openDatabase({ connectionString: database.connectionString, max: 1 }),
  )
  for (let round = 0; round < ROUNDS; round += 1) {
    const inserted = await Promise.all(
      pools.map(({ db }) => db.transaction().execute(transaction => insertTenant(transaction, defaultTenant('dev')))),
    )
    assert.equal(inserted.filter(Boolean).length, 1)
    await database.db.deleteFrom('tenants').execute()
  }
  await Promise.all(pools.map(({ close }) => close()))
})

test('a second default tenant is refused, and nothing of it is there', async () => {
  await insertTenant(database.db, defaultTenant('dev'))
  await assert.rejects(insertTenant(database.db, defaultTenant('other')), {
    name: 'TypeError',
    message: 'tenant other cannot be the default one: another is',
  })
  assert.equal(await tenantExists(database.db, toTenantId('other')), false)
})
