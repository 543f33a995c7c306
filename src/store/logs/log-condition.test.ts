import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { createTestDatabase } from '../../../test/kit/database.ts'
import { isJsonObject } from '../../base/json.ts'
import { LOG_FIELD_NAMES, type LogFieldName, logField } from '../../model/log-field.ts'
import type { LogMatch, LogQuery } from '../../model/log-query.ts'
import type { Db } from '../database/database.ts'
import { logCondition } from './log-condition.ts'

type Document = Record<string, unknown>

const escapeRegExp = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** What a query means, said a second time without SQL: the oracle of this file. */
const MEANING: { readonly [K in LogMatch['kind']]: (value: string, match: Extract<LogMatch, { kind: K }>) => boolean } =
  {
    exact: (value, match) => value === match.value,
    pattern: (value, { literals }) => new RegExp(`^${literals.map(escapeRegExp).join('.*')}$`, 's').test(value),
    present: () => true,
    range: (value, { from, to }) => {
      const lower = from ? Buffer.compare(Buffer.from(value), Buffer.from(from.value)) : 1
      const upper = to ? Buffer.compare(Buffer.from(value), Buffer.from(to.value)) : -1
      return (
        (lower > 0 || (lower === 0 && from?.isInclusive === true)) &&
        (upper < 0 || (upper === 0 && to?.isInclusive === true))
      )
    },
    period: (value, { from = Number.NEGATIVE_INFINITY, before = Number.POSITIVE_INFINITY }) =>
      Date.parse(value) >= from && Date.parse(value) < before,
    prefix_ignoring_case: (value, match) => value.toLowerCase().startsWith(match.value.toLowerCase()),
  }

const valueAt = (document: Document, path: readonly string[]): string | undefined => {
  const value = path.reduce<unknown>((at, key) => (isJsonObject(at) ? at[key] : undefined), document)
  return value === undefined || value === null ? undefined : String(value)
}

const holds = (query: LogQuery, document: Document): boolean => {
  switch (query.kind) {
    case 'and':
      return query.operands.every(operand => holds(operand, document))
    case 'or':
      return query.operands.some(operand => holds(operand, document))
    case 'not':
      return !holds(query.operand, document)
    case 'test': {
      const value = valueAt(document, logField(query.field).path)
      const meaning = MEANING[query.match.kind] as (value: string, match: LogMatch) => boolean // chosen by its own kind
      return value !== undefined && meaning(value, query.match)
    }
  }
}

const WORDS = [
  '',
  'a',
  'A',
  'ab',
  'aB',
  'abc',
  'a%c',
  'a_c',
  'a\\c',
  'b',
  'a\nb',
  'é',
  '\u{1F600}',
  '\uffee',
  "'; --",
  'true',
  'false',
]
const word = fc.constantFrom(...WORDS)
const instant = fc.integer({ min: 0, max: 20 }).map(day => Date.UTC(2026, 0, 1) + day * 43_200_000)

const anyValueOf = (field: LogFieldName): fc.Arbitrary<unknown> => {
  const { kind } = logField(field)
  if (kind === 'date') return instant.map(at => new Date(at).toISOString())
  return kind === 'boolean'
    ? fc.boolean()
    : fc.oneof({ arbitrary: word, weight: 3 }, { arbitrary: fc.constant(null), weight: 1 })
}

const setAt = (document: Document, [key = '', ...rest]: readonly string[], value: unknown): Document => {
  const below = document[key]
  return { ...document, [key]: rest.length > 0 ? setAt(isJsonObject(below) ? below : {}, rest, value) : value }
}

/** Each field is there half of the time; those that every row has are always there. */
const anyDocument: fc.Arbitrary<Document> = fc
  .tuple(...LOG_FIELD_NAMES.map(field => fc.tuple(fc.constant(field), fc.boolean(), anyValueOf(field))))
  .map(entries =>
    entries.reduce<Document>((document, [field, isThere, value]) => {
      const isRequired = field === 'type' || field === 'date'
      if (field === 'log_id' || !(isThere || isRequired)) return document
      return setAt(document, logField(field).path, isRequired && value === null ? 'a' : value)
    }, {}),
  )

const bound = fc.record({ value: word, isInclusive: fc.boolean() })
const textMatch: fc.Arbitrary<LogMatch> = fc.oneof(
  fc.record({ kind: fc.constant('exact' as const), value: word }),
  fc.record({ kind: fc.constant('pattern' as const), literals: fc.array(word, { minLength: 2, maxLength: 4 }) }),
  fc.record({ kind: fc.constant('present' as const) }),
  fc.record({ kind: fc.constant('range' as const), from: bound }),
  fc.record({ kind: fc.constant('range' as const), from: bound, to: bound }),
  fc.record({ kind: fc.constant('prefix_ignoring_case' as const), value: fc.constantFrom('a', 'A', 'a%', 'AB', '') }),
)
const dateMatch: fc.Arbitrary<LogMatch> = fc.oneof(
  fc.record({ kind: fc.constant('present' as const) }),
  fc.record({ kind: fc.constant('period' as const), before: instant }),
  fc.record({ kind: fc.constant('period' as const), from: instant, before: instant }),
)
const anyTest: fc.Arbitrary<LogQuery> = fc.constantFrom(...LOG_FIELD_NAMES).chain(field =>
  fc.record({
    kind: fc.constant('test' as const),
    field: fc.constant(field),
    match: logField(field).kind === 'date' ? dateMatch : textMatch,
  }),
)
const anyQuery = fc.letrec<{ query: LogQuery }>(tie => ({
  query: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyTest,
    fc.record({ kind: fc.constant('not' as const), operand: tie('query') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(tie('query'), { minLength: 2, maxLength: 4 }),
    }),
  ),
})).query

test('PostgreSQL finds exactly the documents that the query means', async t => {
  const { db, close } = await createTestDatabase()
  t.after(close)
  await sql`create table logs_all partition of logs default`.execute(db)
  const documents = fc
    .sample(anyDocument, 300)
    .map((document, index) => ({ ...document, log_id: `900${index.toString().padStart(4, '0')}` }) as Document) // an id as the log gives it
  const rows = documents.map(document => ({
    tenant_id: 't',
    log_id: String(document.log_id),
    date: new Date(String(document.date)),
    type: String(document.type),
    user_id: typeof document.user_id === 'string' ? document.user_id : null,
    document: JSON.stringify(document),
  }))
  await db.insertInto('logs').values(rows).execute()

  await fc.assert(
    fc.asyncProperty(anyQuery, async query => {
      const found = await db.selectFrom('logs').select('log_id').where(logCondition(query)).orderBy('log_id').execute()
      const expected = documents.filter(document => holds(query, document)).map(document => document.log_id)
      assert.deepEqual(
        found.map(row => row.log_id),
        expected,
      )
    }),
    { numRuns: 1500 },
  )
})

test('every value of a query travels as a parameter', async t => {
  const { db, close } = await createTestDatabase()
  t.after(close)
  const value = `x' or true --`
  const { sql: text, parameters } = db
    .selectFrom('logs')
    .select('log_id')
    .where(logCondition({ kind: 'test', field: 'user_agent', match: { kind: 'exact', value } }))
    .compile()
  assert.ok(!text.includes(value))
  assert.deepEqual(parameters, [value])
})

/** Query → index that must be able to answer it; the names are those of the partition, made from the columns. */
const SERVED: readonly (readonly [index: RegExp, query: LogQuery])[] = [
  [/type_date_idx/, { kind: 'test', field: 'type', match: { kind: 'exact', value: 'gd_2' } }],
  [/user_id_date_idx/, { kind: 'test', field: 'user_id', match: { kind: 'pattern', literals: ['auth0|1999', ''] } }],
  [/user_id_date_idx/, { kind: 'test', field: 'user_id', match: { kind: 'exact', value: 'auth0|1' } }],
  [/date_log_id_idx/, { kind: 'test', field: 'date', match: { kind: 'period', from: 0, before: 9000 } }],
  [/pkey/, { kind: 'test', field: 'log_id', match: { kind: 'exact', value: '900' } }],
  ...(['details.transaction_id', 'details.session_id', 'details.device_id'] as const).map(
    field => [/expr_date_idx/, { kind: 'test', field, match: { kind: 'exact', value: 'x' } }] as const,
  ),
  [
    /expr_date_type_idx/,
    { kind: 'test', field: 'details.experiment.experiment_id', match: { kind: 'exact', value: 'exp_2' } },
  ],
  [
    /expr_type_date_idx/,
    {
      kind: 'and',
      operands: [
        { kind: 'test', field: 'type', match: { kind: 'exact', value: 'gd_2' } },
        { kind: 'test', field: 'details.experiment.experiment_id', match: { kind: 'exact', value: 'exp_2' } },
      ],
    },
  ],
]

/** Enough rows, and different enough, that the planner has something to save. */
const fillLog = async (db: Db): Promise<void> => {
  await sql`create table logs_all partition of logs default`.execute(db)
  await sql`
    insert into logs (tenant_id, log_id, date, type, user_id, document)
    select 't', '900' || lpad(i::text, 10, '0'), to_timestamp(i), case when i % 50 = 0 then 's' else 'gd_' || i % 50 end, 'auth0|' || i,
      jsonb_build_object('details', jsonb_build_object('transaction_id', i::text, 'session_id', i::text, 'device_id', i::text,
        'experiment', case when i % 4 = 0 then jsonb_build_object('experiment_id', 'exp_' || i % 30) end))
    from generate_series(1, 20000) as i`.execute(db)
  await sql`analyze logs`.execute(db)
}

test('the conditions are written as the indexes have them', async t => {
  const { db, close } = await createTestDatabase()
  t.after(close)
  await fillLog(db)
  for (const [index, query] of SERVED) {
    const page = db
      .selectFrom('logs')
      .select('log_id')
      .where('tenant_id', '=', 't')
      .where(logCondition(query))
      .orderBy('date', 'desc')
      .orderBy('log_id', 'desc')
      .limit(50)
    assert.match(JSON.stringify(await page.explain('json')), index, JSON.stringify(query))
  }
})
