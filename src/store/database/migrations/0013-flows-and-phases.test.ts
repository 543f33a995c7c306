import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { createEmptyDatabase } from '../../../../test/kit/database.ts'
import { migrateDatabase } from '../migrate.ts'
import { name } from './0013-flows-and-phases.ts'
import { MIGRATIONS } from './index.ts'

const BEFORE = MIGRATIONS.slice(
  0,
  MIGRATIONS.findIndex(migration => migration.name === name),
)

/** What an older server may have left: an experiment of each kind of flow, a variation, and a login under way. */
const OLD = `
insert into tenants (tenant_id, friendly_name) values ('t', 'T');
insert into feature_flags (tenant_id, feature_flag_id, name, status, parameters, created_at, updated_at)
values ('t', 'flg_1', 'Flag', 'active', '{"b": {"type": "string", "value": ""}, "a": {"type": "object", "value": {}}}', now(), now());
insert into variations (tenant_id, variation_id, feature_flag_id, name, overrides, created_at, updated_at) values
  ('t', 'var_1', 'flg_1', 'control', '{}', now(), now()),
  ('t', 'var_2', 'flg_1', 'treatment', '{"b": "x", "a": {"value": 1}}', now(), now());
insert into experiments (tenant_id, experiment_id, name, feature_flag_id, authentication_flow, allocation_strategy,
  levels, current_level, status, started_at, archived_allocations, created_at, updated_at) values
  ('t', 'exp_1', 'Any text', 'flg_1', 'whatever', 'percentage', null, null, 'draft', null, null, now(), now()),
  ('t', 'exp_2', 'Reset', 'flg_1', 'password_reset', 'percentage', null, null, 'active', '2026-01-02T00:00:00Z', null, now(), now()),
  ('t', 'exp_3', 'Ramp', 'flg_1', 'pre_login', 'percentage', '{10,50}', 50, 'paused', '2026-01-03T00:00:00Z', null, now(), now()),
  ('t', 'exp_4', 'Old', 'flg_1', 'login', 'percentage', null, null, 'archived', '2026-01-04T00:00:00Z',
    '[{"variation_id": "var_9", "is_control": true, "weight": 100, "variation_snapshot": {"id": "var_9"}}]', now(), now());
insert into allocations (tenant_id, experiment_id, position, variation_id, weight, is_control) values
  ('t', 'exp_3', 0, 'var_1', 90.5, true), ('t', 'exp_3', 1, 'var_2', null, false);
insert into login_transactions (tenant_id, transaction_id, client_id, browser_hash, device_hash, request, assignment, expires_at) values
  ('t', 'assigned', 'app', 'b', 'd', '{}', '{"experiment_id": "exp_2"}', now()),
  ('t', 'plain', 'app', 'b', 'd', '{}', null, now());
`

test('what an older server wrote keeps its meaning', async t => {
  const { connectionString, drop } = await createEmptyDatabase()
  const client = new pg.Client({ connectionString })
  await client.connect()
  t.after(async () => {
    await client.end()
    await drop()
  })
  const rowsOf = async (query: string) => (await client.query({ text: query, rowMode: 'array' })).rows
  await migrateDatabase({ connectionString, migrations: BEFORE })
  await client.query(OLD)
  await migrateDatabase({ connectionString })

  assert.deepEqual(await rowsOf('select authentication_flow, status, active_experiments from experiments order by 1'), [
    ['authentication', 'draft', 'one'],
    ['login', 'archived', 'one'],
    ['password_reset', 'paused', 'one'],
    ['pre_login', 'paused', 'one'],
  ])
  assert.deepEqual(
    await rowsOf(
      'select experiment_id, phase, cause, started_at, subject, level, allocations from experiment_phases order by 1',
    ),
    [
      ['exp_2', 1, 'activation', new Date('2026-01-02T00:00:00Z'), 'device', null, []],
      [
        'exp_3',
        1,
        'activation',
        new Date('2026-01-03T00:00:00Z'),
        'device',
        50,
        [
          { variation_id: 'var_1', is_control: true, weight: 90.5 },
          { variation_id: 'var_2', is_control: false },
        ],
      ],
      [
        'exp_4',
        1,
        'activation',
        new Date('2026-01-04T00:00:00Z'),
        'device',
        null,
        [{ variation_id: 'var_9', is_control: true, weight: 100 }],
      ],
    ],
  )
  const [[control], [treatment]] = (await rowsOf('select overrides::text from variations order by variation_id')) as [
    [string],
    [string],
  ]
  assert.deepEqual(JSON.parse(control), {})
  assert.equal(JSON.stringify(JSON.parse(treatment)), '{"b":{"value":"x"},"a":{"value":{"value":1}}}')
  assert.deepEqual(await rowsOf('select assignments from login_transactions order by transaction_id'), [
    [[{ experiment_id: 'exp_2', assignment: 'auto', authentication_flow: 'authentication' }]],
    [[]],
  ])
})
