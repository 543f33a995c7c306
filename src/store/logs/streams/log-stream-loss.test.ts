import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { addLogDay, dayBefore, idOf } from '../../../../test/kit/log-days.ts'
import { createLogDatabase, DEV, OTHER } from '../../../../test/kit/tenant-log.ts'
import { systemRandom } from '../../../base/random.ts'
import { createId } from '../../../model/ids.ts'
import { dropExpiredLogs } from '../log-retention.ts'
import { loadLogStreamHealth } from './log-stream-health.ts'
import { insertLogStream } from './log-stream-store.ts'

const NOW = new Date()

test('a stream that had not got past a dropped day shows which events it has lost, and only such a stream', async () => {
  const database = await createLogDatabase()
  const { db } = database
  const createStream = async (position: string, status: 'active' | 'paused' = 'active', tenantId = DEV) => {
    const id = createId('log_stream', systemRandom)
    const settings = { id, name: id, type: 'http', status, isPriority: false, filters: [], piiConfig: undefined }
    await insertLogStream({ db, tenantId }, { ...settings, sink: {}, sealedSecrets: '' }, { now: NOW })
    await db.updateTable('log_stream_deliveries').set({ position }).where('log_stream_id', '=', id).execute()
    const lost = async () => {
      const health = await loadLogStreamHealth(db, { tenantId, id })
      return health?.errors.map(({ firstLogId, events }) => [firstLogId, events]).toReversed()
    }
    return { id, lost }
  }
  try {
    for (const daysAgo of [6, 5, 4, 2]) await addLogDay(db, daysAgo, 3)
    await addLogDay(db, 5, 2, OTHER)
    const behind = await createStream(idOf(5, 1))
    const paused = await createStream('', 'paused')
    const current = await createStream(idOf(2, 1))
    const others = await createStream(idOf(5, 1), 'active', OTHER)
    await sql`insert into log_stream_errors (tenant_id, log_stream_id, happened_at, reason, first_log_id, events)
      values (${DEV}, ${current.id}, now() - interval '6 days', 'long ago', '', 1)`.execute(db)

    assert.deepEqual((await dropExpiredLogs(db, { days: 3, now: NOW })).dropped.length, 3)

    assert.deepEqual(await behind.lost(), [
      [idOf(5, 2), 2],
      [idOf(4, 1), 3],
    ])
    assert.deepEqual(await paused.lost(), [
      [idOf(6, 1), 3],
      [idOf(5, 1), 3],
      [idOf(4, 1), 3],
    ])
    assert.deepEqual(await others.lost(), [[idOf(5, 2), 1]])
    assert.deepEqual(await current.lost(), [])
    const { rows } = await sql`select 1 from log_stream_errors where log_stream_id = ${current.id}`.execute(db)
    assert.equal(rows.length, 0, 'what no health shows any more is forgotten')
    const day = dayBefore(4).replace(/^(....)(..)(..)$/, '$1-$2-$3')
    const latest = (await loadLogStreamHealth(db, { tenantId: DEV, id: behind.id }))?.errors[0]?.reason
    assert.equal(
      latest,
      `Events of ${day} were dropped before they were delivered: the log is kept for 3 days (LOG_RETENTION_DAYS).`,
    )
  } finally {
    await database.close()
  }
})
