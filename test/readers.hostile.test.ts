/** Readers of the Management API never hold up logins, and take their statements along when they leave. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from './kit/database.ts'
import { startTestServer, type TestServer } from './kit/server.ts'

describe('readers who ask for more than the database can give', () => {
  let database: TestDatabase
  let server: TestServer
  let authorization: string

  before(async () => {
    database = await createTestDatabase()
    // The fewest connections that a server can have.
    server = await startTestServer({ DATABASE_URL: database.connectionString, DATABASE_MAX_CONNECTIONS: '6' })
    authorization = `Bearer ${await tokenOf(server)}`
  })

  after(async () => {
    await server?.close()
    await database?.close()
  })

  const tokenOf = async ({ issuer, credentials }: TestServer): Promise<string> => {
    const { client_id, client_secret, audience } = credentials.management
    const answer = await fetch(new URL('oauth/token', issuer), {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, audience }),
    })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    return token
  }

  const list = (signal?: AbortSignal): Promise<Response> =>
    fetch(new URL('api/v2/experimentation/experiments', server.issuer), {
      headers: { authorization },
      ...(signal ? { signal } : {}),
    })

  const logIn = () => {
    const { email, password } = server.credentials.admin
    return server.browser().logIn(email, password)
  }

  /** Statements of lists that PostgreSQL has under way. */
  const readsUnderWay = async (observer: pg.Client): Promise<number> => {
    const { rowCount } = await observer.query(
      `select from pg_stat_activity where datname = current_database() and state = 'active'
       and application_name = 'experiment-center management' and query like '%"experiments"%'`,
    )
    return rowCount ?? 0
  }

  /** Runs `work` while every read of experiments waits for this lock. */
  const whileLocked = async (work: (observer: pg.Client) => Promise<void>): Promise<void> => {
    const [holder, observer] = [1, 2].map(() => new pg.Client({ connectionString: database.connectionString }))
    assert.ok(holder && observer)
    await Promise.all([holder.connect(), observer.connect()])
    try {
      await holder.query('begin; lock table experiments in access exclusive mode')
      await work(observer)
    } finally {
      await holder.end()
      await observer.end()
    }
  }

  test('logins go on, those beyond the queue are told to come back, and what is left behind is cancelled', async () => {
    await logIn()
    await whileLocked(async observer => {
      const leaving = new AbortController()
      const refused: Response[] = []
      const reads = Array.from({ length: 40 }, () =>
        list(leaving.signal).then(
          answer => void refused.push(answer),
          () => 'left',
        ),
      )
      // One is under way and twenty wait.
      while (refused.length < 19) await delay(20)
      for (const { status, headers } of refused) assert.deepEqual([status, headers.get('retry-after')], [429, '2'])
      assert.equal(await readsUnderWay(observer), 1, 'one place for lists')
      await Promise.all([logIn(), logIn(), logIn()])
      leaving.abort()
      assert.equal((await Promise.all(reads)).filter(outcome => outcome === 'left').length, 21)
      while ((await readsUnderWay(observer)) > 0) await delay(20)
    })
    assert.equal((await list()).status, 200)
  })

  test('many logins at once need no more than these connections', async () => {
    await Promise.all(Array.from({ length: 12 }, logIn))
  })

  test('every answer of the Management API says what is left of its limit', async () => {
    for (const [path, status] of [
      ['api/v2/experimentation/experiments', 200],
      ['api/v2/nothing', 404],
    ] as const) {
      const answer = await fetch(new URL(path, server.issuer), { headers: { authorization } })
      await answer.body?.cancel()
      assert.deepEqual([answer.status, answer.headers.get('x-ratelimit-limit')], [status, '2000'])
      assert.match(answer.headers.get('x-ratelimit-remaining') ?? '', /^19\d\d$/)
    }
  })
})
