import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogDatabase, DEV, numbered, numberOf } from '../../../test/kit/tenant-log.ts'
import { systemRandom } from '../../base/random.ts'
import { openDatabase } from '../../store/database/database.ts'
import { listLogsAfter } from '../../store/logs/log-store.ts'
import { createTenantLog } from './record.ts'

const EVENTS = 6_000

test('a reader who follows by cursor misses nothing and reads nothing twice while two servers write', async () => {
  const database = await createLogDatabase()
  const servers = [1, 2].map(() => openDatabase({ connectionString: database.connectionString }))
  try {
    const logs = servers.map(({ db }) => createTenantLog({ db, random: systemRandom, maxBatch: 7 }))
    const write = async (): Promise<string[]> => {
      const ids: string[] = []
      for (let n = 0; n < EVENTS; n += 100) {
        const burst = Array.from({ length: 100 }, (_, offset) => n + offset)
        ids.push(...(await Promise.all(burst.map(m => logs[m % 2]?.record(numbered(m)) ?? assert.fail()))))
      }
      return ids
    }
    const seen: { id: string; n: number }[] = []
    const read = async (): Promise<void> => {
      while (seen.length < EVENTS) {
        const last = seen.at(-1)
        const documents = await listLogsAfter(database.db, { tenantId: DEV, take: 50, ...(last && { after: last.id }) })
        seen.push(...documents.map(document => ({ id: document.log_id, n: numberOf(document) })))
        if (seen.length > EVENTS) assert.fail('read more than was written')
      }
    }
    const [ids] = await Promise.all([write(), read()])
    assert.equal(new Set(seen.map(event => event.n)).size, EVENTS)
    assert.deepEqual(
      seen.map(event => event.id),
      ids.toSorted(),
    )
    for (const { id, n } of seen) assert.equal(ids[n], id)
  } finally {
    for (const server of servers) await server.close()
    await database.close()
  }
})
