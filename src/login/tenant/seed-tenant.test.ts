import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { systemRandom } from '../../base/random.ts'
import { createSecretBox } from '../../base/secret-box.ts'
import { toTenantId } from '../../model/ids.ts'
import { openDatabase } from '../../store/database/database.ts'
import { findConnection } from '../../store/tenants/connection-store.ts'
import { tenantExists } from '../../store/tenants/tenant-store.ts'
import { createPasswordHasher } from '../password/password-hasher.ts'
import { DATABASE_CONNECTION } from './directory.ts'
import { type SeedOptions, seedTenant } from './seed-tenant.ts'
import { loadTenantKeys } from './tenant-keys.ts'

const secretBox = createSecretBox(new Uint8Array(32).fill(1))
const hasher = createPasswordHasher()

let database: TestDatabase

before(async () => {
  database = await createTestDatabase()
})

after(() => database?.close())

const options = (more: Partial<SeedOptions> = {}): SeedOptions => ({
  tenantId: toTenantId('dev'),
  issuer: 'https://login.example.com/',
  appCallbacks: ['https://app.example.com/callback', 'com.example.app://callback'],
  adminEmail: 'Admin@Example.com',
  ...more,
})

test('of servers that start together one creates the tenant and the others find it', async () => {
  const pools = Array.from({ length: 4 }, () => openDatabase({ connectionString: database.connectionString, max: 2 }))
  const results = await Promise.all(
    pools.map(({ db }) => seedTenant(options(), { db, random: systemRandom, secretBox, hasher })),
  )
  await Promise.all(pools.map(({ close }) => close()))
  assert.equal(results.filter(Boolean).length, 1)
  const credentials = results.find(Boolean)
  assert.equal(credentials?.management.audience, 'https://login.example.com/api/v2/')
  assert.equal(credentials?.admin.email, 'admin@example.com')
  assert.match(credentials?.app.clientSecret ?? '', /^[A-Za-z0-9]{64}$/)
  const count = async (table: string) =>
    Number((await sql<{ n: string }>`select count(*) as n from ${sql.table(table)}`.execute(database.db)).rows[0]?.n)
  const rows = {
    tenants: 1,
    tenant_domains: 1,
    signing_keys: 1,
    clients: 2,
    users: 1,
    connections: 1,
    client_grants: 1,
  }
  for (const [table, expected] of Object.entries(rows)) assert.equal(await count(table), expected, table)
})

test('the connection refuses common passwords from the beginning', async () => {
  const connection = await findConnection(database.db, toTenantId('dev'), DATABASE_CONNECTION)
  assert.deepEqual(connection?.options, { password_dictionary: { enable: true, dictionary: [] } })
})

test("an administrator's password that is guessed first is refused with what to do, and nothing is created", async context => {
  const empty = await createTestDatabase()
  context.after(() => empty.close())
  const seed = (more: Partial<SeedOptions>) =>
    seedTenant(options(more), { db: empty.db, random: systemRandom, secretBox, hasher })
  await assert.rejects(seed({ adminPassword: 'password' }), {
    name: 'StartupError',
    message:
      'ADMIN_PASSWORD cannot be used. This is one of the passwords that are guessed first. Use another, such as a few words in a row. `openssl rand -base64 15` makes a good one; without the variable, the server makes one.',
  })
  await assert.rejects(
    seed({ adminPassword: 'admin-2026', adminEmail: 'admin@example.com' }),
    /^StartupError: ADMIN_PASSWORD.* email address/,
  )
  await assert.rejects(
    seed({ adminPassword: 'tugboats', tenantId: toTenantId('tugboats') }),
    /ADMIN_PASSWORD.* name of this service/,
  )
  assert.equal(await tenantExists(empty.db, toTenantId('dev')), false)
})

test('a later start leaves the tenant as it is and learns no secret', async () => {
  const again = await seedTenant(options({ adminPassword: 'another password' }), {
    db: database.db,
    random: systemRandom,
    secretBox,
    hasher,
  })
  assert.equal(again, undefined)
})

test('secrets and private keys stand in the database sealed', async () => {
  for (const table of ['clients', 'signing_keys', 'tenant_secrets', 'users']) {
    const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.table(table)} t`.execute(database.db)
    assert.ok(rows.length > 0)
    for (const { text } of rows) assert.ok(!/"d":|PRIVATE|"p":/.test(text), table)
  }
  const keys = await loadTenantKeys(database.db, toTenantId('dev'), secretBox)
  assert.ok(keys.signing[0]?.d)
  assert.ok(keys.verification.every(key => key.d === undefined))
  const otherKey = createSecretBox(new Uint8Array(32).fill(2))
  await assert.rejects(loadTenantKeys(database.db, toTenantId('dev'), otherKey))
})

test('every key of a tenant serves one purpose only', async () => {
  const { cookie, deviceCookie, deviceHash, failureHash } = await loadTenantKeys(
    database.db,
    toTenantId('dev'),
    secretBox,
  )
  const keys = [cookie, ...[deviceCookie, deviceHash, failureHash].map(key => Buffer.from(key).toString('base64url'))]
  assert.equal(new Set(keys).size, 4)
})
