/** The database goes away and comes back: readiness says so, and no acknowledged event is lost. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { readLogsAfter } from '../src/cli/demo/read-logs.ts'
import { createTestDatabase, type TestDatabase } from './kit/database.ts'
import { type DatabaseGate, openDatabaseGate } from './kit/database-gate.ts'
import { startTestServer, type TestServer } from './kit/server.ts'

describe('a lost database', () => {
  let database: TestDatabase
  let gate: DatabaseGate
  let server: TestServer

  before(async () => {
    database = await createTestDatabase()
    gate = await openDatabaseGate(database.connectionString)
    server = await startTestServer({ DATABASE_URL: gate.connectionString, LOG_LEVEL: 'silent' })
  })

  after(async () => {
    await server?.close()
    await gate?.shut()
    await database?.close()
  })

  const readiness = async (): Promise<number> => (await fetch(new URL('readyz', server.issuer))).status

  const until = async (condition: () => Promise<boolean>, what: string): Promise<void> => {
    const deadline = performance.now() + 10_000
    while (!(await condition())) {
      assert.ok(performance.now() < deadline, what)
      await delay(50)
    }
  }

  const logIn = (userAgent: string): Promise<unknown> => {
    const { email, password } = server.credentials.admin
    return server.browser({ 'user-agent': userAgent }).logIn(email, password)
  }

  test('is answered with 503, comes back by itself, and loses no acknowledged event', async () => {
    assert.equal(await readiness(), 200)
    await logIn('before')

    await gate.shut()
    await until(async () => (await readiness()) === 503, '/readyz did not notice')
    assert.equal((await fetch(new URL('healthz', server.issuer))).status, 200)
    const { clientId, redirectUri } = server.party
    const authorize = `authorize?client_id=${clientId}&response_type=code&scope=openid&redirect_uri=${redirectUri}`
    const page = await fetch(new URL(authorize, server.issuer), { redirect: 'manual' })
    assert.equal(page.status, 503, 'a login without a database is refused, not pretended')
    assert.match(await page.text(), /<html/)

    await gate.open()
    await until(async () => (await readiness()) === 200, 'the server did not come back by itself')
    await logIn('after')
    const events = await readLogsAfter(await server.api(), undefined)
    const agents = events.filter(event => event.type === 's').map(event => event.user_agent)
    assert.deepEqual(agents, ['before', 'after'])
  })

  test('cut again and again in the middle of logins keeps every login that was answered', async () => {
    const answered: string[] = []
    const ends = performance.now() + 4_000
    const device = async (number: number): Promise<void> => {
      for (let visit = 0; performance.now() < ends; visit += 1) {
        const name = `device ${number} visit ${visit}`
        const isAnswered = await logIn(name).then(
          () => true,
          () => false,
        )
        if (isAnswered) answered.push(name)
      }
    }
    const cuts = async (): Promise<void> => {
      while (performance.now() < ends) {
        await delay(300)
        await gate.shut()
        await delay(100)
        await gate.open()
      }
    }
    await Promise.all([device(1), device(2), device(3), cuts()])
    await until(async () => (await readiness()) === 200, 'the server did not come back by itself')
    const events = await readLogsAfter(await server.api(), undefined)
    const logged = new Set(events.filter(event => event.type === 's').map(event => event.user_agent))
    assert.ok(answered.length > 0)
    assert.deepEqual(
      answered.filter(name => !logged.has(name)),
      [],
    )
  })
})
