import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { createEmptyDatabase } from '../../../../test/kit/database.ts'
import { migrateDatabase } from '../migrate.ts'
import { MIGRATIONS } from './index.ts'

test('of streams that shared a file, the oldest of a tenant keeps it and each other gets one of its own', async t => {
  const { connectionString, drop } = await createEmptyDatabase()
  const client = new pg.Client({ connectionString })
  t.after(async () => {
    await client.end()
    await drop()
  })
  const before = MIGRATIONS.filter(({ name }) => name < '0014')
  await migrateDatabase({ connectionString, migrations: before })
  await client.connect()
  await client.query("insert into tenants (tenant_id, friendly_name) values ('one', 'One'), ('two', 'Two')")
  const rows = [
    ['one', 'lst_b', 'file', 'auth.log', '2026-01-02'],
    ['one', 'lst_a', 'file', 'Auth.log.1', '2026-01-01'],
    ['one', 'lst_c', 'file', `${'x'.repeat(97)}.1`, '2026-01-03'],
    ['one', 'lst_d', 'file', 'x'.repeat(97), '2026-01-04'],
    ['one', 'lst_e', 'http', undefined, '2026-01-05'],
    ['two', 'lst_f', 'file', 'auth.log', '2026-01-06'],
  ]
  for (const [tenant, id, type, fileName, at] of rows)
    await client.query(
      `insert into log_streams (tenant_id, log_stream_id, name, type, sink, sealed_secrets, created_at, updated_at)
       values ($1, $2, $2, $3, $4, '', $5, $5)`,
      [tenant, id, type, JSON.stringify({ fileName }), at],
    )
  await migrateDatabase({ connectionString })
  const { rows: after } = await client.query(
    "select log_stream_id, sink ->> 'fileName' as name from log_streams order by 1",
  )
  assert.deepEqual(Object.fromEntries(after.map(({ log_stream_id, name }) => [log_stream_id, name])), {
    lst_a: 'Auth.log.1',
    lst_b: 'auth.log-lst_b',
    lst_c: `${'x'.repeat(97)}.1`,
    lst_d: `${'x'.repeat(70)}-lst_d`,
    lst_e: null,
    lst_f: 'auth.log',
  })
})
