/** Any stranger can be refused at every door, as often as they like: the log stays small, and says what it left out. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from './kit/database.ts'
import { startTestServer, type TestServer } from './kit/server.ts'

/** Sent in every field that a stranger fills in; as much as a request line and its headers take. */
const LONG = 'x'.repeat(4_000)
const IP = '203.0.113.90'
const BURST = 20
const TIMES = 200

const HEADERS = {
  'x-forwarded-for': IP,
  'user-agent': LONG,
  'auth0-client': Buffer.from(JSON.stringify({ name: LONG })).toString('base64'),
}

interface Door {
  /** Types of the events that a refusal is logged as. */
  readonly types: readonly string[]
  ask(server: TestServer): Promise<Response>
}

const post = (server: TestServer, path: string, form: Record<string, string>) =>
  fetch(new URL(path, server.issuer), { method: 'POST', headers: HEADERS, body: new URLSearchParams(form) })

const get = (server: TestServer, path: string, query: Record<string, string>) =>
  fetch(new URL(`${path}?${new URLSearchParams(query)}`, server.issuer), { headers: HEADERS, redirect: 'manual' })

const authorize = (server: TestServer, more: Record<string, string>) => {
  const { clientId, redirectUri } = server.party
  return get(server, 'authorize', {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: `openid ${LONG}`,
    ...more,
  })
}

const DOORS: Readonly<Record<string, Door>> = {
  'an unknown client at /oauth/token': {
    types: ['feccft'],
    ask: server =>
      post(server, 'oauth/token', {
        grant_type: 'client_credentials',
        client_id: LONG,
        client_secret: LONG,
        audience: LONG,
        scope: LONG,
      }),
  },
  'a wrong code': {
    types: ['feacft'],
    ask: server => {
      const { clientId, clientSecret, redirectUri } = server.party
      return post(server, 'oauth/token', {
        grant_type: 'authorization_code',
        client_id: clientId,
        client_secret: clientSecret,
        code: LONG,
        redirect_uri: redirectUri,
        scope: LONG,
      })
    },
  },
  'a wrong refresh token': {
    types: ['fertft'],
    ask: server => {
      const { clientId, clientSecret } = server.party
      return post(server, 'oauth/token', {
        grant_type: 'refresh_token',
        client_id: clientId,
        client_secret: clientSecret,
        refresh_token: LONG,
        scope: LONG,
        audience: LONG,
      })
    },
  },
  'prompt=none without a session': { types: ['fsa'], ask: server => authorize(server, { prompt: 'none' }) },
  'a bad max_age': { types: ['f'], ask: server => authorize(server, { max_age: '-1' }) },
  'an unknown audience': { types: ['f'], ask: server => authorize(server, { audience: LONG }) },
  'a refused logout': {
    types: ['flo'],
    ask: server =>
      get(server, 'v2/logout', { client_id: server.party.clientId, returnTo: `https://evil.example/${LONG}` }),
  },
  'a refused OIDC logout': {
    types: ['flo'],
    ask: server =>
      get(server, 'oidc/logout', {
        client_id: server.party.clientId,
        post_logout_redirect_uri: `https://evil.example/${LONG}`,
      }),
  },
}

describe('a flood of refusals', () => {
  let database: TestDatabase
  let server: TestServer

  before(async () => {
    database = await createTestDatabase()
    server = await startTestServer({
      DATABASE_URL: database.connectionString,
      TRUST_PROXY: '1',
      LIMIT_LOGGED_REFUSALS: `1/day,${BURST}`,
    })
  })

  after(async () => {
    await server?.close()
    await database?.close()
  })

  /** Number and bytes of the events of a type. */
  const logged = async (type: string) => {
    const { rows } = await sql<{ events: number; bytes: number }>`
      select count(*)::int as events, coalesce(max(length(document::text)), 0)::int as bytes from logs where type = ${type}
    `.execute(database.db)
    return rows[0] ?? { events: 0, bytes: 0 }
  }

  for (const [what, { types, ask }] of Object.entries(DOORS)) {
    test(`${what}: each is answered, and the log has a bounded number of small events`, async () => {
      await sql`delete from logs`.execute(database.db)
      for (let i = 0; i < TIMES; i += 10) {
        const answers = await Promise.all(Array.from({ length: 10 }, () => ask(server)))
        for (const answer of answers) {
          assert.ok(answer.status < 500, `${answer.status}`)
          await answer.body?.cancel()
        }
      }
      for (const type of types) {
        const { events, bytes } = await logged(type)
        assert.ok(events <= BURST, `${events} events`)
        assert.ok(bytes <= 4_096 + 200, `${bytes} bytes`)
      }
    })
  }

  test('the server says how many events it left out, at the latest when it stops', async () => {
    await server.process.stop()
    const { rows } = await sql<{ document: { details: { network: string; types: Record<string, number> } } }>`
      select document from logs where type = 'log_events_left_out'`.execute(database.db)
    const types = [...new Set(Object.values(DOORS).flatMap(door => door.types))]
    const sum = (type: string) => rows.reduce((total, { document }) => total + (document.details.types[type] ?? 0), 0)
    assert.deepEqual(
      rows.map(({ document }) => document.details.network).filter(network => network !== IP),
      [],
    )
    for (const type of types) assert.ok(sum(type) >= TIMES - BURST, `${type}: ${sum(type)}`)
  })
})
