/** The settings of later starts, on the tenant that the first one made. */

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { temporaryDirectory } from '../../../test/kit/server.ts'
import { systemRandom } from '../../base/random.ts'
import { createSecretBox } from '../../base/secret-box.ts'
import { loadConfig } from '../../config/config.ts'
import { toTenantId } from '../../model/ids.ts'
import { findClient, updateClient } from '../../store/tenants/client-store.ts'
import { findUserCredentials } from '../../store/users/user-store.ts'
import { changeUser } from '../../store/users/user-writes.ts'
import { createPasswordHasher } from '../password/password-hasher.ts'
import { openClientSecret } from './directory.ts'
import { openTenant } from './open-tenant.ts'
import { loadSeedRecord } from './seed-record.ts'

const TENANT = toTenantId('dev')
const OPERATOR: Readonly<Record<string, string>> = {
  MANAGEMENT_CLIENT_ID: 'management',
  MANAGEMENT_CLIENT_SECRET: 'the first secret of the management',
  APP_CLIENT_ID: 'shop',
  APP_CLIENT_SECRET: 'the first secret of the application',
  APP_CALLBACKS: 'https://shop.example/callback',
  ADMIN_EMAIL: 'Ops@Example.com',
  ADMIN_PASSWORD: 'a first horse that was never stapled',
}

const secretBox = createSecretBox(new Uint8Array(32).fill(3))
const hasher = createPasswordHasher()
let database: TestDatabase
let dataDir = ''

before(async () => {
  database = await createTestDatabase()
})
after(() => database?.close())
beforeEach(async () => {
  rmSync(dataDir, { recursive: true, force: true })
  dataDir = temporaryDirectory()
  await sql`truncate tenants cascade`.execute(database.db)
})
after(() => rmSync(dataDir, { recursive: true, force: true }))

const start = (environment: Readonly<Record<string, string>> = {}, directory = dataDir) =>
  openTenant(
    loadConfig({ ...environment, DATA_DIR: directory }),
    { db: database.db, random: systemRandom, secretBox, hasher },
    new Date(),
  )

const application = async () => {
  const record = await loadSeedRecord(database.db, TENANT, secretBox)
  const client = (await findClient(database.db, TENANT, record.appClientId)) ?? assert.fail()
  const secret = openClientSecret(secretBox, TENANT, client.clientId, client.sealedSecret ?? '')
  return { ...client, secret }
}

const administrator = async () => {
  const { adminUserId } = await loadSeedRecord(database.db, TENANT, secretBox)
  return { userId: adminUserId, ...((await findUserCredentials(database.db, TENANT, adminUserId)) ?? assert.fail()) }
}

const credentials = (directory = dataDir) => JSON.parse(readFileSync(join(directory, 'credentials.json'), 'utf8'))

const refusal = async (environment: Readonly<Record<string, string>>): Promise<string> => {
  const error = await start(environment).then(
    () => undefined,
    error => error,
  )
  assert.equal(error?.name, 'StartupError')
  return error.message
}

describe('at a later start', () => {
  test('the same settings, or none, change nothing', async () => {
    assert.deepEqual(await start(OPERATOR), { isNew: true, applied: [], administrator: 'ops@example.com' })
    const before = credentials()
    for (const settings of [OPERATOR, {}])
      assert.deepEqual(await start(settings), { isNew: false, applied: [], administrator: 'ops@example.com' })
    assert.deepEqual(credentials(), before)
  })

  test('what the first start generated can be set', async () => {
    await start()
    const { MANAGEMENT_CLIENT_SECRET, APP_CLIENT_SECRET, ADMIN_PASSWORD } = OPERATOR
    const secrets = { MANAGEMENT_CLIENT_SECRET, APP_CLIENT_SECRET, ADMIN_PASSWORD } as Record<string, string>
    assert.deepEqual((await start(secrets)).applied, Object.keys(secrets))
    const { management, app, admin } = credentials()
    assert.deepEqual([management.client_secret, app.client_secret, admin.password], Object.values(secrets))
    assert.equal((await application()).secret, APP_CLIENT_SECRET)
    assert.ok(await hasher.verify((await administrator()).passwordHash, ADMIN_PASSWORD ?? '', ''))
    assert.deepEqual((await start(secrets)).applied, [])
  })

  test('new callbacks replace the old ones, with the addresses for after a logout that follow from them', async () => {
    await start(OPERATOR)
    const allowedLogoutUrls = ['https://shop.example/', 'https://shop.example/bye']
    await updateClient(database.db, TENANT, 'shop', { allowedLogoutUrls })
    const callbacks = ['https://new.example/callback', 'com.example.shop://callback']
    assert.deepEqual((await start({ APP_CALLBACKS: callbacks.join(',') })).applied, ['APP_CALLBACKS'])
    const client = await application()
    assert.deepEqual(client.callbacks, callbacks)
    assert.deepEqual(client.allowedLogoutUrls, ['https://new.example/', 'https://shop.example/bye'])
    assert.deepEqual(credentials().app.callbacks, callbacks)
  })

  test('the callback page has the address of the issuer, on every port, and other callbacks stay', async () => {
    await start()
    assert.deepEqual(credentials().app.callbacks, ['http://localhost:3000/callback'])
    const { clientId } = await application()
    const own = ['http://localhost:3000/callback', 'https://shop.example/callback']
    await updateClient(database.db, TENANT, clientId, { callbacks: own })
    assert.deepEqual((await start({ PORT: '4000' })).applied, ['ISSUER'])
    const moved = ['http://localhost:4000/callback', 'https://shop.example/callback']
    assert.deepEqual(credentials().app.callbacks, moved)
    assert.deepEqual((await application()).allowedLogoutUrls, ['http://localhost:4000/', 'https://shop.example/'])
    assert.deepEqual((await start({ PORT: '4000' })).applied, [])
  })

  test('callbacks that the operator has named get no page beside them', async () => {
    await start(OPERATOR)
    assert.deepEqual((await start({ PORT: '4000' })).applied, [])
    assert.deepEqual((await application()).callbacks, [OPERATOR.APP_CALLBACKS])
  })

  test('a tenant of an earlier version gets the callback page, and its default stays allowed', async () => {
    await start()
    const { clientId } = await application()
    await updateClient(database.db, TENANT, clientId, { callbacks: ['http://localhost:8080/callback'] })
    await sql`delete from tenant_secrets where name = 'seed_record'`.execute(database.db)
    assert.deepEqual((await start()).applied, ['ISSUER'])
    const both = ['http://localhost:3000/callback', 'http://localhost:8080/callback']
    assert.deepEqual((await application()).callbacks, both)
    assert.deepEqual((await start()).applied, [])
  })

  test('a new password of the administrator ends what was opened with the old one', async () => {
    await start(OPERATOR)
    const { userId } = await administrator()
    await sql`insert into oidc_payloads (tenant_id, model, id_hash, payload, expires_at)
      values ('dev', 'Session', 'open', ${JSON.stringify({ accountId: userId })}, now() + interval '1 day')`.execute(
      database.db,
    )
    const ADMIN_PASSWORD = 'a second horse that was never stapled'
    assert.deepEqual((await start({ ...OPERATOR, ADMIN_PASSWORD })).applied, ['ADMIN_PASSWORD'])
    const { rows } = await sql`select from oidc_payloads`.execute(database.db)
    assert.equal(rows.length, 0)
    assert.equal(credentials().admin.password, ADMIN_PASSWORD)
  })

  test('a password that the administrator has chosen since is not undone by a setting that stands still', async () => {
    await start(OPERATOR)
    const { userId } = await administrator()
    const passwordHash = await hasher.hash('chosen by the administrator', '')
    await changeUser({ db: database.db, tenantId: TENANT }, userId, { profile: {}, passwordHash, at: new Date() })
    assert.deepEqual((await start(OPERATOR)).applied, [])
    assert.equal((await administrator()).passwordHash, passwordHash)
  })

  test('an address that was changed over the API stays, and the file names it', async () => {
    await start(OPERATOR)
    const { userId } = await administrator()
    const profile = { email: 'sara@example.com' }
    await changeUser({ db: database.db, tenantId: TENANT }, userId, { profile, at: new Date() })
    assert.equal((await start(OPERATOR)).administrator, 'sara@example.com')
    assert.equal(credentials().admin.email, 'sara@example.com')
  })

  for (const [what, change, message] of [
    [
      'another id of the application',
      { APP_CLIENT_ID: 'other' },
      /^APP_CLIENT_ID is other, but the application that the first start made is shop, and the id of a client cannot be changed: set it to that, or unset it\.$/,
    ],
    [
      'another id of the management client',
      { MANAGEMENT_CLIENT_ID: 'other' },
      /^MANAGEMENT_CLIENT_ID is other, but the client of the Management API that the first start made is management, /,
    ],
    [
      'another address of the administrator',
      { ADMIN_EMAIL: 'new@example.com' },
      /^ADMIN_EMAIL is new@example\.com, but the administrator is ops@example\.com: change the address with PATCH \/api\/v2\/users\/auth0%7C[0-9a-f]{24}, or unset ADMIN_EMAIL\.$/,
    ],
    ['a password that is easy to guess', { ADMIN_PASSWORD: 'password1' }, /^ADMIN_PASSWORD cannot be used\. /],
    [
      'two of them',
      { APP_CLIENT_ID: 'other', ADMIN_EMAIL: 'new@example.com' },
      /^APP_CLIENT_ID[^\n]+\nADMIN_EMAIL[^\n]+$/,
    ],
    [
      'another tenant',
      { TENANT: 'second' },
      /^TENANT is second, but this database holds the tenant dev, and has room for one: set TENANT to dev, or give second a database of its own\.$/,
    ],
  ] as const) {
    test(`${what} is refused with a sentence, and nothing else is applied`, async () => {
      await start(OPERATOR)
      const settings = { ...OPERATOR, APP_CALLBACKS: 'https://new.example/callback', ...change }
      assert.match(await refusal(settings), message)
      assert.deepEqual((await application()).callbacks, ['https://shop.example/callback'])
    })
  }

  for (const setting of ['APP_CLIENT_SECRET', 'APP_CALLBACKS'] as const) {
    test(`a change of ${setting} is refused when its application was deleted, and no change is not`, async () => {
      await start(OPERATOR)
      await sql`delete from clients where client_id = 'shop'`.execute(database.db)
      assert.deepEqual((await start({ [setting]: OPERATOR[setting] ?? '' })).applied, [])
      const changed = setting === 'APP_CALLBACKS' ? 'https://new.example/' : 'another secret of the application'
      assert.match(
        await refusal({ [setting]: changed }),
        /^APP_\w+ has changed, but the \w+ that the first start made was deleted: unset it\.$/,
      )
    })
  }
})

test('of two servers whose TENANT differs, started together on an empty database, the later one is told', async () => {
  for (const tenant of ['one', 'two']) mkdirSync(join(dataDir, tenant))
  const outcomes = await Promise.allSettled(
    ['one', 'two'].map(tenant => start({ TENANT: tenant }, join(dataDir, tenant))),
  )
  const refused = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason] : []))
  assert.equal(refused.length, 1)
  assert.match(refused[0].message, /^TENANT is (one|two), but this database holds the tenant (one|two), /)
})

test('a server that joins writes the file when its settings tell every secret, with the callbacks in force', async () => {
  await start(OPERATOR)
  const other = temporaryDirectory()
  const { APP_CALLBACKS, ...secrets } = OPERATOR
  await start(secrets, other)
  assert.deepEqual(credentials(other), credentials())
  rmSync(other, { recursive: true })
})

describe('a database of an earlier version, which has no record', () => {
  const forget = () => sql`delete from tenant_secrets where name = 'seed_record'`.execute(database.db)

  test('gets one from the settings in force', async () => {
    await start(OPERATOR)
    await forget()
    assert.deepEqual((await start(OPERATOR)).applied, [])
    assert.deepEqual((await start({ APP_CALLBACKS: 'https://new.example/' })).applied, ['APP_CALLBACKS'])
  })

  test('does not say whether the password of the setting is newer than that of the administrator', async () => {
    await start(OPERATOR)
    await forget()
    assert.match(
      await refusal({ ADMIN_PASSWORD: 'a second horse that was never stapled' }),
      /^ADMIN_PASSWORD is not the password of the administrator, and this database, of an earlier version, does not say which/,
    )
  })
})
