/** The database goes away and comes back: readiness says so, and no acknowledged event is lost. */

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { readLogsAfter } from '../src/cli/demo/read-logs.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/store/embedded-postgres.ts'
import { startTestServer, type TestServer, temporaryDirectory } from './kit/server.ts'

const databaseDir = temporaryDirectory()
let postgres: EmbeddedPostgres
let server: TestServer

before(async () => {
  postgres = await startEmbeddedPostgres({ dataDir: databaseDir })
  server = await startTestServer({ DATABASE_URL: postgres.connectionString })
})

after(async () => {
  await server?.close()
  await postgres?.stop()
  rmSync(databaseDir, { recursive: true, force: true })
})

const readiness = async (): Promise<number> => (await fetch(new URL('readyz', server.issuer))).status

const until = async (condition: () => Promise<boolean>, what: string): Promise<void> => {
  const deadline = performance.now() + 10_000
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, what)
    await delay(50)
  }
}

test('a lost database answers 503 on /readyz, comes back by itself, and no acknowledged event is lost', async () => {
  const { email, password } = server.credentials.admin
  assert.equal(await readiness(), 200)
  await server.browser({ 'user-agent': 'before' }).logIn(email, password)

  await postgres.stop()
  await until(async () => (await readiness()) === 503, '/readyz did not notice')
  assert.equal((await fetch(new URL('healthz', server.issuer))).status, 200)
  const page = await fetch(
    new URL(
      `authorize?client_id=${server.party.clientId}&response_type=code&scope=openid&redirect_uri=${server.party.redirectUri}`,
      server.issuer,
    ),
    { redirect: 'manual' },
  )
  assert.equal(page.status, 503, 'a login without a database is refused, not pretended')

  postgres = await startEmbeddedPostgres({ dataDir: databaseDir })
  assert.equal(postgres.connectionString, server.databaseUrl, 'the database is back at its old address')
  await until(async () => (await readiness()) === 200, 'the server did not come back by itself')
  await server.browser({ 'user-agent': 'after' }).logIn(email, password)
  const events = await readLogsAfter(await server.api(), undefined)
  const agents = events.filter(event => event.type === 's').map(event => event.user_agent)
  assert.deepEqual(agents, ['before', 'after'])
})
