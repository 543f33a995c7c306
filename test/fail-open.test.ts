/** Experiments fail open: with the experimentation layer broken on purpose, people still log in. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { readLogsAfter } from '../src/cli/demo/read-logs.ts'
import { createExperiment } from './kit/experiment.ts'
import { settingsToJoin, startTestServer, type TestServer } from './kit/server.ts'

let server: TestServer
let database: pg.Client

before(async () => {
  server = await startTestServer({ LOG_LEVEL: 'silent' })
  database = new pg.Client(server.databaseUrl)
  await database.connect()
  await createExperiment(await server.api())
})

after(async () => {
  await database?.end()
  await server?.close()
})

test('when experiments cannot be read, the login succeeds un-enriched and the log has a warning', async () => {
  const api = await server.api()
  const { email, password } = server.credentials.admin
  // A server that starts now has no good snapshot to fall back on.
  await database.query('alter table allocations rename to allocations_gone')
  const broken = await startTestServer({ ...settingsToJoin(server), LOG_LEVEL: 'silent' })
  try {
    const tokens = await broken.browser().logIn(email, password)
    assert.ok(tokens.id_token)
  } finally {
    await broken.close()
    await database.query('alter table allocations_gone rename to allocations')
  }
  const events = await readLogsAfter(api, undefined)
  assert.equal(events.filter(event => event.type === 's' && event.details?.experiment === undefined).length, 1)
  assert.ok(
    events.some(event => event.type === 'w'),
    'a warning is logged',
  )
})

test('a server that loses its experiments keeps the last good ones', async () => {
  const { email, password } = server.credentials.admin
  await server.browser().logIn(email, password) // the snapshot is in memory now
  await database.query('alter table allocations rename to allocations_gone')
  try {
    await database.query('update tenants set config_version = config_version + 1')
    await database.query("select pg_notify('config_changed', tenant_id) from tenants")
    await delay(300)
    await server.browser().logIn(email, password)
  } finally {
    await database.query('alter table allocations_gone rename to allocations')
  }
  const events = await readLogsAfter(await server.api(), undefined)
  assert.ok(events.findLast(event => event.type === 's')?.details?.experiment)
})
