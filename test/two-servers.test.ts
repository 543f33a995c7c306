/** Several servers on one database: a change made through one is visible in decisions of the other. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { readLogsAfter } from '../src/cli/demo/read-logs.ts'
import { createTestDatabase } from './kit/database.ts'
import { createExperiment } from './kit/experiment.ts'
import { startTestServer, type TestServer } from './kit/server.ts'

let database: Awaited<ReturnType<typeof createTestDatabase>>
let first: TestServer
let second: TestServer

before(async () => {
  database = await createTestDatabase()
  // Both serve one tenant: the first start creates it, the second joins with the same settings.
  const shared = {
    DATABASE_URL: database.connectionString,
    MANAGEMENT_CLIENT_ID: 'management',
    MANAGEMENT_CLIENT_SECRET: 'a-management-secret-for-two-servers',
    APP_CLIENT_ID: 'app',
    APP_CLIENT_SECRET: 'an-app-secret-that-is-for-two-servers',
    APP_CALLBACKS: 'https://app.example.com/callback',
    ADMIN_EMAIL: 'admin@example.com',
    ADMIN_PASSWORD: 'correct horse battery staple',
  }
  first = await startTestServer(shared)
  second = await startTestServer(shared)
})

after(async () => {
  await first?.close()
  await second?.close()
  await database?.close()
})

test('an experiment activated through one server is assigned by the other within a second', async () => {
  const api = await first.api()
  const { email, password } = first.credentials.admin
  await second.browser().logIn(email, password) // the second server has its snapshot in memory now
  const { experiment } = await createExperiment(api)
  const activated = performance.now()
  for (;;) {
    await second.browser().logIn(email, password)
    const events = await readLogsAfter(await second.api(), undefined)
    const last = events.findLast(event => event.type === 's')
    if (last?.details?.experiment?.experiment_id === experiment) break
    assert.ok(performance.now() - activated < 1000, 'the other server did not see the experiment within a second')
    await delay(20)
  }
})

test('an access token of one server opens the other', async () => {
  const { email, password } = first.credentials.admin
  const tokens = await first.browser().logIn(email, password)
  const answer = await fetch(new URL('userinfo', second.issuer), {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
  assert.equal(answer.status, 200)
  const profile = (await answer.json()) as { email: string }
  assert.equal(profile.email, email)
})
