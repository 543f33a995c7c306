import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { createLogDatabase, DEV, numbered } from '../../../test/kit/tenant-log.ts'
import { toLogText } from '../../logs/record/document.ts'
import { readLogSearch } from '../../search/read-search.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { appendLogBatch } from './log-append.ts'
import { logCondition } from './log-condition.ts'
import { refreshLogStatistics } from './log-statistics.ts'
import { listLogsPage } from './log-store.ts'

const BATCH = 1_000
const ORIGIN = { tenantName: 'dev', environmentName: 'test' }
const EXPERIMENT = {
  experiment_id: 'exp_1',
  variation_id: 'v',
  is_control: true,
  allocation_strategy: 'percentage',
  assignment: 'auto',
} as const

suite('what the database knows of a day of the log', () => {
  let database: Awaited<ReturnType<typeof createLogDatabase>>
  let pool: pg.Pool
  let db: Db
  let last: { readonly sql: string; readonly parameters: readonly unknown[] }
  const ids: string[] = []
  let batches = 0

  before(async () => {
    database = await createLogDatabase()
    pool = new pg.Pool({ connectionString: database.connectionString })
    db = new Kysely<Database>({
      dialect: new PostgresDialect({ pool }),
      log: event => {
        last = event.query
      },
    })
  })
  after(async () => {
    await db.destroy()
    await database.close()
  })

  /** Half of the events are logins, half are of an experiment, a quarter are both; each is of a user of its own. */
  const write = async (count: number): Promise<void> => {
    for (let written = 0; written < count; written += BATCH) {
      const documents = Array.from({ length: BATCH }, (_, n) => {
        const fields = { type: n % 2 ? 's' : 'seacft', details: { n, text: 'x'.repeat(400) } } as const
        return toLogText(numbered(n, n % 4 < 2 ? { ...fields, experiment: EXPERIMENT } : fields), ORIGIN)
      })
      batches += 1
      ids.push(...(await appendLogBatch(db, { tenantId: DEV, writerId: 'w', number: batches, documents })))
    }
  }

  /** Blocks that are read for a page of what a query finds behind an id, as an export asks for it. */
  const blocksFor = async (query: string, at: number): Promise<number> => {
    const q = `(${query}) AND log_id:{${ids[at]} TO ${ids[at + 400]}]`
    const ast = readLogSearch({ q }) ?? assert.fail()
    const sort = { by: 'log_id', direction: 'asc' } as const
    await listLogsPage(db, { tenantId: DEV, skip: 0, take: 100, sort, where: logCondition(ast) })
    const { rows } = await pool.query(`explain (analyze, buffers, format json) ${last.sql}`, [...last.parameters])
    const plan = rows[0]['QUERY PLAN'][0].Plan
    return plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
  }

  test('a day of a few events is left to the database', async () => {
    await write(BATCH)
    assert.deepEqual(await refreshLogStatistics(db), [])
  })

  test('a day that has grown is analysed once, by one server, and again when it has grown much more', async () => {
    await write(5 * BATCH)
    const table = `logs_${ids[0]?.slice(3, 11)}`
    const rounds = await Promise.all([refreshLogStatistics(db), refreshLogStatistics(db), refreshLogStatistics(db)])
    assert.deepEqual(rounds.flat(), [table])
    assert.deepEqual(await refreshLogStatistics(db), [])
    await write(2 * BATCH)
    assert.deepEqual(await refreshLogStatistics(db), [])
    // As if nothing had looked since the first rows were there.
    await pool.query(`update pg_class set relpages = relpages / 5 where relname = $1`, [table])
    assert.deepEqual(await refreshLogStatistics(db), [table])
  })

  test('then a stretch of ids is read as a stretch, for any search in it', async () => {
    await write(12 * BATCH)
    await pool.query(`update pg_class set relpages = relpages / 5 where relname ~ '^logs_[0-9]+$'`)
    assert.notDeepEqual(await refreshLogStatistics(db), [])
    for (const query of [
      'type:s',
      'type:fp',
      'details.experiment.experiment_id:exp_1',
      'details.experiment.experiment_id:exp_2',
      'type:s AND details.experiment.experiment_id:exp_1',
      'NOT type:s',
      'user_id:"auth0|7"',
    ]) {
      for (const at of [1_000, 10_000, 19_500]) {
        const blocks = await blocksFor(query, at)
        // 400 events are some 80 blocks, and an index some more; all events of a type are thousands.
        assert.ok(blocks < 700, `${query} from ${at}: ${blocks} blocks`)
      }
    }
  })
})
