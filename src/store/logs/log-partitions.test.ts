import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { createLogDatabase, DEV, numberedText } from '../../../test/kit/tenant-log.ts'
import { appendLogBatch } from './log-append.ts'
import { ensureLogPartitions } from './log-partitions.ts'

const DAY_MS = 86_400_000

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')

const partitionsOf = async ({ db }: TestDatabase): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'logs'::regclass order by name`.execute(
    db,
  )
  return rows.map(row => row.name)
}

test('today and the next two days get their partitions, once', async () => {
  const database = await createTestDatabase()
  try {
    const now = Date.now()
    const days = [0, 1, 2].map(ahead => dayOf(now + ahead * DAY_MS))
    assert.deepEqual(await ensureLogPartitions(database.db), days)
    assert.deepEqual(await ensureLogPartitions(database.db), [])
    assert.deepEqual(
      await partitionsOf(database),
      days.map(day => `logs_${day}`),
    )
  } finally {
    await database.close()
  }
})

test('ten servers that start at the same moment create each partition once', async () => {
  const database = await createTestDatabase()
  try {
    const created = await Promise.all(Array.from({ length: 10 }, () => ensureLogPartitions(database.db)))
    assert.equal(created.flat().length, 3)
  } finally {
    await database.close()
  }
})

test('a partition has the primary key and the indexes of the log', async () => {
  const database = await createLogDatabase()
  try {
    const { rows } = await sql<{ parent: string; child: string }>`
      select i.inhparent::regclass::text as parent, c.indrelid::regclass::text as child
      from pg_inherits i join pg_index c on c.indexrelid = i.inhrelid
      where c.indrelid = ${`logs_${dayOf(Date.now())}`}::regclass`.execute(database.db)
    const parents = await sql<{ name: string }>`
      select indexrelid::regclass::text as name from pg_index where indrelid = 'logs'::regclass`.execute(database.db)
    assert.deepEqual(rows.map(row => row.parent).sort(), parents.rows.map(row => row.name).sort())
  } finally {
    await database.close()
  }
})

test('a batch whose day has no partition creates it and is written', async () => {
  const database = await createTestDatabase()
  try {
    await database.db.insertInto('tenants').values({ tenant_id: DEV, friendly_name: 'dev' }).execute()
    const ids = await appendLogBatch(database.db, {
      tenantId: DEV,
      writerId: 'w',
      number: 1,
      documents: [numberedText(1)],
    })
    assert.equal(ids.length, 1)
  } finally {
    await database.close()
  }
})

test('a clock that was set back does not keep the log from being written', async () => {
  const database = await createLogDatabase()
  try {
    const { db } = database
    const ahead = Date.now() + 40 * DAY_MS
    await db
      .insertInto('log_heads')
      .values({ tenant_id: DEV, last_ms: String(ahead), counter: '5' })
      .execute()
    const [id] = await appendLogBatch(db, { tenantId: DEV, writerId: 'w', number: 1, documents: [numberedText(1)] })
    assert.equal(id?.slice(3, 11), dayOf(ahead))
    assert.ok((await partitionsOf(database)).includes(`logs_${dayOf(ahead)}`))
  } finally {
    await database.close()
  }
})
