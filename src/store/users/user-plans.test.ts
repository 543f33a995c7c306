import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { toTenantId } from '../../model/ids.ts'
import type { SearchMatch } from '../../model/search-query.ts'
import { USER_FIELD_NAMES, USER_ORDERS, type UserSearchField, userField } from '../../model/user-field.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { userCondition } from './user-condition.ts'
import { countUsers, listUsersPage, type UserSort } from './user-search-store.ts'
import { deleteUser } from './user-writes.ts'

const DEV = toTenantId('dev')
const USERS = 6_000

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly Plans?: readonly PlanNode[]
}

const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

/** A value that few users have, for each field; `prefix` is its beginning. */
const RARE: Readonly<Record<string, string>> = {
  user_id: 'auth0|00000077',
  email: 'User77@example.com',
  name: 'Name 77 of Many',
  nickname: 'nick77',
  given_name: 'Given77',
  family_name: 'Family77',
  email_verified: 'true',
  blocked: 'true',
  logins_count: '5077',
}

suite('the plans of searches for users', () => {
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
    for (const tenant of [DEV, 'other']) {
      await pool.query('insert into tenants (tenant_id, friendly_name) values ($1, $1)', [tenant])
      await pool.query(
        `insert into connections (tenant_id, connection_id, name, strategy) values ($1, 'c', 'c', 'auth0')`,
        [tenant],
      )
      await pool.query(
        `insert into users (tenant_id, user_id, connection_id, email, name, nickname, given_name, family_name,
           email_verified, blocked, created_at, updated_at, last_login, logins_count, user_metadata, app_metadata)
         select $1, 'auth0|' || lpad(i::text, 8, '0'), 'c', 'user' || i || '@example.com', 'Name ' || i || ' of many',
           'nick' || i, 'Given' || i, 'Family' || i, i % 500 = 0, i % 500 = 0,
           '2026-01-01'::timestamptz + i * interval '1 hour', '2026-01-01'::timestamptz + i * interval '1 hour',
           case when i % 10 > 0 then '2026-01-01'::timestamptz + i * interval '1 hour' end, 5000 + i,
           jsonb_build_object('n', i, 'cohort', case when i % 2 = 0 then 'a' else 'b' end), jsonb_build_object('plan', 'p' || i)
         from generate_series(1, $2::int) i`,
        [tenant, USERS],
      )
    }
    await pool.query('analyze users')
  })
  after(async () => {
    await db.destroy()
    await database.close()
  })

  /** Runs a call of the store and explains the statement that it sent last. */
  const explain = async (call: Promise<unknown>) => {
    await call
    const { rows } = await pool.query(`explain (format json) ${last.sql}`, [...last.parameters])
    const nodes = nodesOf(rows[0]['QUERY PLAN'][0].Plan)
    return { types: nodes.map(node => node['Node Type']), indexes: nodes.flatMap(node => node['Index Name'] ?? []) }
  }

  const page = (where: ReturnType<typeof userCondition> | undefined, sort: UserSort) =>
    listUsersPage(db, { tenantId: DEV, where, skip: 0, take: 50, sort })

  const NEWEST = { by: 'created_at', direction: 'desc' } as const

  const assertIndexed = async (field: UserSearchField, match: SearchMatch): Promise<void> => {
    const where = userCondition({ kind: 'test', field, match })
    const calls = [() => page(where, NEWEST), () => countUsers(db, { tenantId: DEV, where })]
    // Who has the field at all may be every user: to count them, every user is read.
    for (const call of match.kind === 'present' ? calls.slice(0, 1) : calls) {
      const { types, indexes } = await explain(call())
      const plan = `${field} ${match.kind}: ${types} ${indexes}`
      assert.ok(indexes.length > 0 && !types.includes('Seq Scan'), plan)
    }
  }

  test('every field is served by an index, in every way in which it can be searched', async () => {
    for (const field of USER_FIELD_NAMES) {
      await assertIndexed(field, { kind: 'present' })
      if (userField(field).kind === 'date') {
        const from = Date.parse('2026-01-04T00:00:00Z')
        await assertIndexed(field, { kind: 'period', from, before: from + 86_400_000 })
        continue
      }
      const value = RARE[field] ?? assert.fail(`no value of ${field}`)
      await assertIndexed(field, { kind: 'exact', value })
      if (userField(field).kind === 'boolean') continue
      const bound = { value, isInclusive: true }
      await assertIndexed(field, { kind: 'range', from: bound, to: bound })
      if (userField(field).kind === 'text') await assertIndexed(field, { kind: 'pattern', literals: [value, ''] })
    }
  })

  test('a value that few users have is found in the index of its field', async () => {
    for (const field of USER_FIELD_NAMES.filter(name => userField(name).kind !== 'date')) {
      const where = userCondition({ kind: 'test', field, match: { kind: 'exact', value: RARE[field] ?? '' } })
      const { indexes } = await explain(page(where, NEWEST))
      assert.notDeepEqual(indexes, ['users_by_creation'], field)
    }
  })

  test('any path of the metadata is served by one index', async () => {
    for (const [field, value] of [
      ['user_metadata.n', '77'],
      ['app_metadata.plan', 'p77'],
      ['app_metadata.nobody.has.this', 'x'],
    ] as const) {
      const where = userCondition({ kind: 'test', field, match: { kind: 'exact', value } })
      const { indexes } = await explain(page(where, NEWEST))
      assert.deepEqual(indexes, ['users_by_metadata'])
      assert.equal(await countUsers(db, { tenantId: DEV, where }), value === 'x' ? 0 : 1)
    }
  })

  test('alternatives over fields and metadata are served by their indexes together', async () => {
    const where = userCondition({
      kind: 'or',
      operands: [
        { kind: 'test', field: 'email', match: { kind: 'exact', value: 'user7@example.com' } },
        { kind: 'test', field: 'user_metadata.n', match: { kind: 'exact', value: '8' } },
      ],
    })
    const { types, indexes } = await explain(page(where, NEWEST))
    assert.ok(types.includes('BitmapOr'))
    assert.deepEqual(indexes.toSorted(), ['users_by_email', 'users_by_metadata'])
  })

  test('every order is read from an index, in both directions, and never sorted', async () => {
    for (const by of USER_ORDERS) {
      for (const direction of ['asc', 'desc'] as const) {
        const { types, indexes } = await explain(page(undefined, { by, direction }))
        assert.equal(indexes.length, 1, by)
        for (const type of ['Seq Scan', 'Sort', 'Incremental Sort']) assert.ok(!types.includes(type), `${by} ${type}`)
      }
    }
  })

  test('what a user has open is found by the user', async () => {
    await deleteUser({ db, tenantId: DEV }, 'auth0|00000001')
    await pool.query('set enable_seqscan = off') // the table is empty: any plan would do
    const { rows } = await pool.query(
      `explain (format json) delete from oidc_payloads where tenant_id = 'dev' and account_id = 'x'`,
    )
    await pool.query('reset enable_seqscan')
    const indexes = nodesOf(rows[0]['QUERY PLAN'][0].Plan).flatMap(node => node['Index Name'] ?? [])
    assert.deepEqual(indexes, ['oidc_payloads_account'])
  })
})
