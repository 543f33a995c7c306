import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { toTenantId } from '../../model/ids.ts'
import type { ConfigurationRead } from '../database/configuration-write.ts'
import type { Page } from '../database/cursor.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { listExperiments } from './experiment-store.ts'
import { listFeatureFlags } from './feature-flag-store.ts'
import { listSegments } from './segment-store.ts'

const DEV = toTenantId('dev')
/** Of each noun; the last fifty are not archived. */
const ROWS = 6_000

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly 'Actual Rows'?: number
  readonly Plans?: readonly PlanNode[]
}

const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

const FILL = `
insert into tenants (tenant_id, friendly_name) values ('dev', 'dev');
insert into feature_flags (tenant_id, feature_flag_id, name, status, parameters, created_at, updated_at)
select 'dev', 'flg_' || i, 'flag ' || i, case when i <= ${ROWS - 50} then 'archived' else 'draft' end, '{}',
  '2026-01-01'::timestamptz + i * interval '1 minute', now() from generate_series(1, ${ROWS}) i;
insert into segments (tenant_id, segment_id, name, status, rules, created_at, updated_at)
select 'dev', 'seg_' || i, 'segment ' || i, case when i <= ${ROWS - 50} then 'archived' else 'active' end, '[]',
  '2026-01-01'::timestamptz + i * interval '1 minute', now() from generate_series(1, ${ROWS}) i;
insert into experiments (tenant_id, experiment_id, name, feature_flag_id, authentication_flow, allocation_strategy, status,
  created_at, updated_at)
select 'dev', 'exp_' || i, 'experiment ' || i, 'flg_' || i, 'login', 'percentage',
  case when i <= ${ROWS - 50} then 'archived' else 'draft' end,
  '2026-01-01'::timestamptz + i * interval '1 minute', now() from generate_series(1, ${ROWS}) i;
`

suite('the plans of lists that leave out what is archived', () => {
  let database: TestDatabase
  let pool: pg.Pool
  let db: Db
  let last: { readonly sql: string; readonly parameters: readonly unknown[] }

  before(async () => {
    database = await createTestDatabase()
    pool = new pg.Pool({ connectionString: database.connectionString, max: 1 })
    db = new Kysely<Database>({
      dialect: new PostgresDialect({ pool }),
      log: event => {
        last = event.query
      },
    })
    await pool.query(FILL)
    await pool.query('analyze feature_flags, segments, experiments')
  })
  after(async () => {
    await db.destroy()
    await database.close()
  })

  type List = (
    read: ConfigurationRead,
    page: { take: number; status?: 'archived' },
  ) => Promise<Page<{ status: string }>>

  const LISTS: readonly (readonly [noun: string, list: List])[] = [
    ['experiments', listExperiments],
    ['feature_flags', listFeatureFlags],
    ['segments', listSegments],
  ]

  for (const [noun, list] of LISTS) {
    for (const status of [undefined, 'archived'] as const) {
      test(`${noun}, ${status ?? 'without a status'}: a page reads as many rows as it shows`, async () => {
        const { items } = await list({ db, tenantId: DEV }, { take: 20, ...(status && { status }) })
        assert.equal(items.length, 20)
        for (const item of items) assert.equal(item.status === 'archived', status === 'archived')
        const { rows } = await pool.query({
          text: `explain (analyze, format json) ${last.sql}`,
          values: [...last.parameters],
        })
        const nodes = nodesOf(rows[0]?.['QUERY PLAN'][0].Plan)
        const index = status ? `${noun}_by_status` : `${noun}_list`
        const scan = nodes.find(node => node['Index Name'] === index)
        assert.ok(
          scan,
          `${index} is not used: ${JSON.stringify(nodes.map(node => [node['Node Type'], node['Index Name']]))}`,
        )
        assert.ok((scan['Actual Rows'] ?? Number.NaN) <= 21, `${scan['Actual Rows']} rows`)
      })
    }
  }
})
