import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogDatabase, DEV, numbered, numberOf, OTHER } from '../../../test/kit/tenant-log.ts'
import { systemRandom } from '../../base/random.ts'
import { ApiError } from '../../model/error-codes.ts'
import { toTenantId } from '../../model/ids.ts'
import { openDatabase } from '../../store/database/database.ts'
import { findLog, listLogsAfter } from '../../store/logs/log-store.ts'
import { createTenantLog, type TenantLogOptions } from './record.ts'

type LogDatabase = Awaited<ReturnType<typeof createLogDatabase>>

const withLog = async (
  work: (log: ReturnType<typeof createTenantLog>, database: LogDatabase) => Promise<void>,
  options: Partial<TenantLogOptions> = {},
): Promise<void> => {
  const database = await createLogDatabase()
  try {
    await work(createTenantLog({ db: database.db, random: systemRandom, ...options }), database)
  } finally {
    await database.close()
  }
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

const readAll = async ({ db }: LogDatabase, tenantId = DEV): Promise<readonly number[]> => {
  const numbers: number[] = []
  for (let after: string | undefined; ; ) {
    const page = await listLogsAfter(db, { tenantId, take: 1_000, ...(after !== undefined && { after }) })
    numbers.push(...page.map(numberOf))
    after = page.at(-1)?.log_id
    if (after === undefined) return numbers
  }
}

test('a recorded event is in the log under the id that came back, with everything that it said', () =>
  withLog(async (log, { db }) => {
    const experiment = {
      experiment_id: 'exp_a',
      variation_id: 'var_b',
      is_control: false,
      allocation_strategy: 'percentage',
      assignment: 'auto',
    } as const
    const id = await log.record(numbered(7, { ip: '203.0.113.7', experiment }))
    assert.deepEqual(await findLog(db, DEV, id), {
      log_id: id,
      _id: id,
      date: '2026-11-21T09:45:12.352Z',
      type: 's',
      description: 'Successful login',
      tenant_name: 'dev',
      environment_name: 'self-hosted',
      user_id: 'auth0|7',
      ip: '203.0.113.7',
      details: { n: 7, experiment },
    })
  }))

test('many events are written in the order in which they were recorded', () =>
  withLog(async (log, database) => {
    const ids = await Promise.all(range(3_000).map(n => log.record(numbered(n))))
    assert.deepEqual(ids, ids.toSorted())
    assert.deepEqual(await readAll(database), range(3_000))
  }))

test('events of several tenants are written side by side', () =>
  withLog(async (log, database) => {
    await Promise.all(range(200).map(n => log.record(numbered(n, { tenant_id: n % 2 ? OTHER : DEV }))))
    assert.equal((await readAll(database, DEV)).length, 100)
    assert.equal((await readAll(database, OTHER)).length, 100)
  }))

test('an event of a tenant that does not exist is refused and disturbs no other', () =>
  withLog(async log => {
    const outcomes = await Promise.allSettled([
      log.record(numbered(1)),
      log.record(numbered(2, { tenant_id: toTenantId('nobody') })),
      log.record(numbered(3, { date: Number.NaN })),
      log.record(numbered(4)),
    ])
    assert.deepEqual(
      outcomes.map(outcome => outcome.status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    )
  }))

test('in little memory recording waits, and loses nothing', () =>
  withLog(
    async (log, database) => {
      await Promise.all(range(1_000).map(n => log.record(numbered(n))))
      assert.deepEqual(await readAll(database), range(1_000))
    },
    { maxQueuedBytes: 5_000 },
  ))

test('closing writes everything that was recorded before and refuses what comes after', () =>
  withLog(async (log, database) => {
    const recorded = range(500).map(n => log.record(numbered(n)))
    await log.close()
    assert.equal((await readAll(database)).length, 500)
    await Promise.all(recorded)
    await assert.rejects(log.record(numbered(501)), ApiError)
  }))

test('a flush settles when everything before it has settled, and the log goes on', () =>
  withLog(async (log, database) => {
    void log.record(numbered(1))
    await log.flush()
    assert.deepEqual(await readAll(database), [1])
    await log.flush()
    await log.record(numbered(2))
  }))

test('while the database is away a caller gets an answer within its patience', async () => {
  const { db, close } = openDatabase({ connectionString: 'postgresql://nobody@127.0.0.1:1/none' })
  const log = createTenantLog({ db, random: systemRandom, patienceMs: 300 })
  const start = performance.now()
  await assert.rejects(log.record(numbered(1)), { code: 'service_unavailable' })
  assert.ok(performance.now() - start < 20_000)
  await close()
})
