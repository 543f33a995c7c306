import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase } from '../../../test/kit/database.ts'
import { systemRandom } from '../../base/random.ts'
import { toTenantId } from '../../model/ids.ts'
import { createFeatureFlag, listFeatureFlags } from '../experiments/feature-flag-store.ts'
import { CODED_CONSTRAINTS, type ConfigurationWrite, writeConfiguration } from './configuration-write.ts'

describe('writes of experimentation data', async () => {
  const database = await createTestDatabase()
  after(() => database.close())
  const { db } = database
  const tenants = ['one', 'two'].map(toTenantId)
  for (const tenant_id of tenants) {
    await db.insertInto('tenants').values({ tenant_id, friendly_name: tenant_id }).execute()
  }
  const [one = toTenantId('one'), two = toTenantId('two')] = tenants

  const write = <T>(work: (write: ConfigurationWrite) => Promise<T>, tenantId = one, clock = Date.now): Promise<T> =>
    writeConfiguration({ db, tenantId, clock, random: systemRandom }, work)

  const createFlag = (name: string, tenantId = one) =>
    write(trx => createFeatureFlag(trx, { name, parameters: { on: { type: 'boolean', value: false } } }), tenantId)

  const versionOf = async (tenantId: string): Promise<number> => {
    const row = await db
      .selectFrom('tenants')
      .select('config_version')
      .where('tenant_id', '=', tenantId)
      .executeTakeFirstOrThrow()
    return Number(row.config_version)
  }

  test('the unique indexes of experimentation have codes, and every coded one exists', async () => {
    const { rows } = await sql<{ name: string; table: string }>`
      select indexrelid::regclass::text as name, indrelid::regclass::text as table
      from pg_index where indisunique and not indisprimary
    `.execute(db)
    const existing = rows.map(({ name }) => name)
    for (const name of CODED_CONSTRAINTS) assert.ok(existing.includes(name), name)
    const NOUNS = ['feature_flags', 'variations', 'segments', 'experiments', 'allocations']
    const expected = rows.filter(({ table }) => NOUNS.includes(table)).map(({ name }) => name)
    // A target of foreign keys, which the primary key implies: it cannot be the one that breaks.
    for (const name of expected.filter(found => found !== 'variations_of_flag')) {
      assert.ok(CODED_CONSTRAINTS.includes(name), name)
    }
  })

  test('a name that is taken in one tenant is free in another', async () => {
    await createFlag('Shared name')
    await assert.rejects(createFlag('Shared name'), { code: 'feature_flag_exists' })
    await createFlag('Shared name', two)
    const { items } = await listFeatureFlags({ db, tenantId: two }, { take: 50 })
    assert.equal(items.length, 1)
  })

  test('a change raises the version of its tenant only, a failed one of none', async () => {
    const before = [await versionOf(one), await versionOf(two)]
    await createFlag('Counted')
    await assert.rejects(createFlag('Counted'))
    assert.deepEqual([await versionOf(one), await versionOf(two)], [Number(before[0]) + 1, before[1]])
  })

  test('writes of one tenant take turns, those of another do not wait', async () => {
    const order: string[] = []
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
    const first = write(async () => {
      enter()
      await gate
      order.push('first')
    })
    await entered
    const second = write(async () => void order.push('second'))
    await write(async () => void order.push('other tenant'), two)
    open()
    await Promise.all([first, second])
    assert.deepEqual(order, ['other tenant', 'first', 'second'])
  })

  test('the moment of a write is read when its turn has come', async () => {
    let now = 1_000
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const blocker = write(() => gate)
    const waiting = write(
      async ({ now: moment }) => moment.getTime(),
      one,
      () => now,
    )
    now = 2_000
    open()
    await blocker
    assert.equal(await waiting, 2_000)
  })
})
