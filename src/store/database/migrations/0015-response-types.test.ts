import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { createEmptyDatabase } from '../../../../test/kit/database.ts'
import { migrateDatabase } from '../migrate.ts'
import { MIGRATIONS } from './index.ts'

test('web applications that exist may ask for an ID token alone; machines and other applications stay as they were', async t => {
  const { connectionString, drop } = await createEmptyDatabase()
  const client = new pg.Client({ connectionString })
  t.after(async () => {
    await client.end()
    await drop()
  })
  await migrateDatabase({ connectionString, migrations: MIGRATIONS.filter(({ name }) => name < '0015') })
  await client.connect()
  await client.query("insert into tenants (tenant_id, friendly_name) values ('one', 'One')")
  const rows = [
    ['web', 'regular_web', ['authorization_code', 'refresh_token']],
    ['able', 'regular_web', ['authorization_code', 'implicit']],
    ['spa', 'spa', ['authorization_code']],
    ['machine', 'non_interactive', ['client_credentials']],
  ]
  for (const [id, type, grants] of rows)
    await client.query(
      `insert into clients (tenant_id, client_id, name, app_type, token_endpoint_auth_method, grant_types)
       values ('one', $1, $1, $2, 'none', $3)`,
      [id, type, grants],
    )
  await migrateDatabase({ connectionString })
  const { rows: after } = await client.query('select client_id, grant_types from clients')
  assert.deepEqual(Object.fromEntries(after.map(row => [row.client_id, row.grant_types])), {
    web: ['authorization_code', 'refresh_token', 'implicit'],
    able: ['authorization_code', 'implicit'],
    spa: ['authorization_code'],
    machine: ['client_credentials'],
  })
})
