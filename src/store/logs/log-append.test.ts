import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createLogDatabase, DEV, numberedText, numberOf, OTHER } from '../../../test/kit/tenant-log.ts'
import { isLogId } from '../../model/log-id.ts'
import { appendLogBatch, forgetIdleLogWriters } from './log-append.ts'
import { findLog, isBeyondLog, listLogsAfter } from './log-store.ts'

suite('appending a batch', () => {
  let database: Awaited<ReturnType<typeof createLogDatabase>>
  before(async () => {
    database = await createLogDatabase()
  })
  after(() => database.close())

  const batch = (writerId: string, number: number, ...numbers: number[]) => ({
    tenantId: DEV,
    writerId,
    number,
    documents: numbers.map(numberedText),
  })

  test('the ids that come back are those of the rows, in the order of the events', async () => {
    const ids = await appendLogBatch(database.db, batch('order', 1, 1, 2, 3))
    assert.ok(ids.every(isLogId))
    assert.deepEqual(ids, ids.toSorted())
    const documents = await Promise.all(ids.map(id => findLog(database.db, DEV, id)))
    assert.deepEqual(
      documents.map(document => document && numberOf(document)),
      [1, 2, 3],
    )
  })

  test('a later batch has greater ids, also from another server', async () => {
    const first = await appendLogBatch(database.db, batch('one', 1, 10, 11))
    const second = await appendLogBatch(database.db, batch('two', 1, 12))
    const third = await appendLogBatch(database.db, batch('one', 2, 13))
    const all = [...first, ...second, ...third]
    assert.deepEqual(all, [...new Set(all)].toSorted())
  })

  test('a batch that is tried again is not written again and gives the same ids', async () => {
    const again = batch('again', 1, 20, 21)
    const ids = await appendLogBatch(database.db, again)
    await appendLogBatch(database.db, batch('someone else', 1, 22))
    assert.deepEqual(await appendLogBatch(database.db, again), ids)
    const after = ids[0]
    assert.ok(after)
    const documents = await listLogsAfter(database.db, { tenantId: DEV, after, take: 100 })
    assert.deepEqual(documents.map(numberOf), [21, 22])
  })

  test('twenty attempts of one batch at the same moment write it once', async () => {
    const twins = batch('twins', 1, 30, 31, 32)
    const answers = await Promise.all(Array.from({ length: 20 }, () => appendLogBatch(database.db, twins)))
    assert.equal(new Set(answers.map(ids => ids.join())).size, 1)
    const all = await listLogsAfter(database.db, { tenantId: DEV, take: 1_000 })
    assert.equal(all.map(numberOf).filter(n => n >= 30 && n <= 32).length, 3)
  })

  test('an attempt that arrives after a later batch of its writer writes nothing', async () => {
    await appendLogBatch(database.db, batch('late', 2, 41))
    await assert.rejects(appendLogBatch(database.db, batch('late', 1, 40)), TypeError)
    const all = await listLogsAfter(database.db, { tenantId: DEV, take: 1_000 })
    assert.ok(!all.map(numberOf).includes(40))
  })

  test('tenants have their own order and do not see each other', async () => {
    const { db } = database
    const [id] = await appendLogBatch(db, { ...batch('one', 9, 50), tenantId: OTHER })
    assert.ok(id)
    assert.equal(await findLog(db, DEV, id), undefined)
    assert.equal((await listLogsAfter(db, { tenantId: OTHER, take: 10 })).length, 1)
  })

  test('the time in an id never goes back, even when the clock of the database does', async () => {
    const { db } = database
    const [before] = await appendLogBatch(db, batch('clock', 1, 60))
    const ahead = Date.now() + 3_600_000
    await db
      .updateTable('log_heads')
      .set({ last_ms: String(ahead) })
      .where('tenant_id', '=', DEV)
      .execute()
    const [during] = await appendLogBatch(db, batch('clock', 2, 61))
    const [later] = await appendLogBatch(db, batch('clock', 3, 62))
    assert.ok(before && during && later && before < during && during < later)
    assert.equal(during.slice(3, 17), new Date(ahead).toISOString().replaceAll(/\D/g, '').slice(0, 14))
  })

  test('an id is beyond the log until an event has it', async () => {
    const { db } = database
    const [id] = await appendLogBatch(db, batch('beyond', 1, 70))
    assert.ok(id)
    assert.equal(await isBeyondLog(db, DEV, id), false)
    assert.equal(await isBeyondLog(db, DEV, `${id.slice(0, -1)}${(Number(id.at(-1)) + 1) % 10}`), true)
    assert.equal(await isBeyondLog(db, DEV, `90099991231235959999${'0'.repeat(36)}`), true)
  })

  test('writers that have written nothing for a day are forgotten, the others are not', async () => {
    const { db } = database
    await appendLogBatch(db, batch('fresh', 1, 80))
    const old = { tenant_id: DEV, writer_id: 'old', batch: '7', id_prefix: '90020200101000000000', first_counter: '1' }
    await db.insertInto('log_writers').values(old).execute()
    await forgetIdleLogWriters(db)
    const writers = (await db.selectFrom('log_writers').select('writer_id').execute()).map(row => row.writer_id)
    assert.ok(writers.includes('fresh'))
    assert.ok(!writers.includes('old'))
  })
})
