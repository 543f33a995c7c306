import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { createLogDatabase, DEV, numberedText } from '../../../test/kit/tenant-log.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { appendLogBatch } from './log-append.ts'
import { logCondition } from './log-condition.ts'
import { findLog, listLogsAfter, listLogsPage } from './log-store.ts'

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Loops': number
  readonly Plans?: readonly PlanNode[]
}

const DAYS = 8
const EVENTS_A_DAY = 400

const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

suite('the plans of the log', () => {
  let database: Awaited<ReturnType<typeof createLogDatabase>>
  let pool: pg.Pool
  let db: Db
  let last: { readonly sql: string; readonly parameters: readonly unknown[] }
  /** The first id of each day, oldest first. */
  const firstIds: string[] = []

  before(async () => {
    database = await createLogDatabase()
    pool = new pg.Pool({ connectionString: database.connectionString })
    db = new Kysely<Database>({
      dialect: new PostgresDialect({ pool }),
      log: event => {
        last = event.query
      },
    })
    for (let day = 0; day < DAYS; day++) {
      const head = {
        tenant_id: DEV,
        last_ms: String(Date.now() + day * 86_400_000),
        counter: String(day * EVENTS_A_DAY),
      }
      const insert = db.insertInto('log_heads').values(head)
      await insert.onConflict(conflict => conflict.column('tenant_id').doUpdateSet(head)).execute()
      const documents = Array.from({ length: EVENTS_A_DAY }, (_, n) => numberedText(day * EVENTS_A_DAY + n))
      const [first] = await appendLogBatch(db, { tenantId: DEV, writerId: 'w', number: day + 1, documents })
      firstIds.push(first ?? assert.fail())
    }
    await pool.query('analyze logs')
  })
  after(async () => {
    await db.destroy()
    await database.close()
  })

  const partitionOf = (logId: string): string => `logs_${logId.slice(3, 11)}`

  /** Runs a call of the store and explains the statement that it sent. */
  const explain = async (call: Promise<unknown>) => {
    await call
    const { rows } = await pool.query(`explain (analyze, format json) ${last.sql}`, [...last.parameters])
    const nodes = nodesOf(rows[0]['QUERY PLAN'][0].Plan)
    const scans = nodes.filter(node => node['Relation Name'] !== undefined)
    const names = (found: readonly PlanNode[]) => [...new Set(found.map(node => node['Relation Name'] ?? ''))].sort()
    return {
      types: new Set(nodes.map(node => node['Node Type'])),
      planned: names(scans),
      read: names(scans.filter(node => node['Actual Loops'] > 0)),
      readWhole: names(scans.filter(node => node['Node Type'] === 'Seq Scan')),
      /** Partitions name their indexes after the columns. */
      indexes: [...new Set(nodes.flatMap(node => /^logs_\d{8}_(.*)_idx$/.exec(node['Index Name'] ?? '')?.[1] ?? []))],
    }
  }

  const days = (from: number, to = DAYS): string[] => firstIds.slice(from, to).map(partitionOf)

  const assertServedByIndex = (types: ReadonlySet<string>): void => {
    for (const type of ['Seq Scan', 'Bitmap Heap Scan', 'Sort']) assert.ok(!types.has(type), type)
  }

  test('reading on from an id leaves the days before it out and stops when it has enough', async () => {
    const plan = await explain(listLogsAfter(db, { tenantId: DEV, take: 50, after: firstIds[5] ?? '' }))
    assertServedByIndex(plan.types)
    assert.deepEqual(
      plan.planned.filter(name => days(0, 5).includes(name)),
      [],
    )
    assert.deepEqual(plan.read, days(5, 6))
  })

  test('reading from the beginning reads the oldest day only', async () => {
    const plan = await explain(listLogsAfter(db, { tenantId: DEV, take: 50 }))
    assertServedByIndex(plan.types)
    assert.deepEqual(plan.read, days(0, 1))
  })

  test('the newest page reads the newest day that has events, and none of the days before', async () => {
    const sort = { by: 'log_id', direction: 'desc' } as const
    const plan = await explain(listLogsPage(db, { tenantId: DEV, skip: 0, take: 50, sort }))
    assertServedByIndex(plan.types)
    assert.deepEqual(
      plan.read.filter(name => days(0).includes(name)),
      days(DAYS - 1),
    )
  })

  test('a page by date is merged from the indexes of the days without a sort', async () => {
    for (const direction of ['asc', 'desc'] as const) {
      const plan = await explain(
        listLogsPage(db, { tenantId: DEV, skip: 0, take: 50, sort: { by: 'date', direction } }),
      )
      assertServedByIndex(plan.types)
      assert.ok(plan.types.has('Merge Append'))
    }
  })

  test("a page of one user's events is read from the index of users", async () => {
    const where = logCondition({ kind: 'test', field: 'user_id', match: { kind: 'exact', value: 'auth0|7' } })
    for (const direction of ['asc', 'desc'] as const) {
      const sort = { by: 'date', direction } as const
      const plan = await explain(listLogsPage(db, { tenantId: DEV, skip: 0, take: 50, sort, where }))
      assert.deepEqual(plan.indexes, ['tenant_id_user_id_date'])
      const isEmpty = (name: string) => !days(0).includes(name)
      assert.ok(plan.readWhole.every(isEmpty), plan.readWhole.join())
    }
  })

  test('one event is looked for in its day only', async () => {
    const plan = await explain(findLog(db, DEV, firstIds[3] ?? ''))
    assertServedByIndex(plan.types)
    assert.deepEqual(plan.planned, days(3, 4))
  })
})
