import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApiClient } from './api-client.ts'

const CONNECTION = { url: 'http://server.test/', clientId: 'id', clientSecret: 'secret' }

/** A server that hands out numbered tokens and takes only the newest; keeps what it was asked. */
const createServer = (lifetimeS = 3600) => {
  const asked: string[] = []
  const grants: Record<string, unknown>[] = []
  let issued = 0
  let revoked = 0
  const answer = (input: URL, init: RequestInit): Response => {
    asked.push(input.pathname)
    if (input.pathname.startsWith('/.well-known/')) return Response.json({ issuer: 'https://login.example.com/' })
    if (input.pathname === '/oauth/token') {
      const body = JSON.parse(String(init.body))
      grants.push(body)
      if (body.client_secret !== 'secret') return Response.json({ error: 'access_denied' }, { status: 401 })
      issued += 1
      return Response.json({ access_token: `token-${issued}`, expires_in: lifetimeS })
    }
    const token = Number(new Headers(init.headers).get('authorization')?.replace('Bearer token-', ''))
    if (!(token > revoked)) return Response.json({ message: 'Expired' }, { status: 401 })
    return Response.json({ token, query: input.search })
  }
  const fetchNow = async (input: unknown, init?: RequestInit) => answer(input as URL, init ?? {}) // always a URL
  return {
    asked,
    grants,
    fetch: fetchNow as typeof fetch,
    revoke: () => {
      revoked = issued
    },
  }
}

const open = (server: ReturnType<typeof createServer>, more = {}) =>
  createApiClient(
    { ...CONNECTION, ...more },
    { signal: new AbortController().signal, patienceMs: 0, fetch: server.fetch, now: () => clock.now },
  )

const clock = { now: 0 }

test('the first request gets a token for the audience that the issuer names; the next ones share it', async () => {
  const server = createServer()
  const api = open(server)
  const answers = await Promise.all([1, 2, 3].map(n => api.get('logs', { n: String(n) })))
  assert.deepEqual(answers[2], { token: 1, query: '?n=3' })
  assert.deepEqual(server.grants, [
    {
      grant_type: 'client_credentials',
      client_id: 'id',
      client_secret: 'secret',
      audience: 'https://login.example.com/api/v2/',
    },
  ])
})

test('a token is renewed before it expires, once for all requests', async () => {
  const server = createServer(60)
  const api = open(server)
  await api.get('logs', {})
  clock.now += 29_000
  assert.deepEqual(await api.get('logs', {}), { token: 1, query: '' })
  clock.now += 2_000
  await Promise.all([1, 2, 3].map(() => api.get('logs', {})))
  assert.equal(server.grants.length, 2)
})

test('a token that is refused is replaced once', async () => {
  const server = createServer()
  const api = open(server)
  await api.get('logs', {})
  server.revoke()
  assert.deepEqual(await api.get('logs', {}), { token: 2, query: '' })
})

test('a server that refuses every token, or the client, is told from one that is away', async () => {
  const strict = createServer()
  strict.revoke()
  const refusing: typeof fetch = async (input, init) => {
    const response = await strict.fetch(input, init)
    return String(input).includes('/api/') ? Response.json({}, { status: 401 }) : response
  }
  const api = createApiClient(CONNECTION, {
    signal: new AbortController().signal,
    patienceMs: 0,
    fetch: refusing,
  })
  await assert.rejects(api.get('logs', {}), { message: 'http://server.test/ refuses the tokens that it gives out.' })
  assert.equal(strict.grants.length, 2)
  await assert.rejects(open(createServer(), { clientSecret: 'wrong' }).get('logs', {}), {
    message: 'http://server.test does not know the client, or its secret is wrong.',
  })
})

test('a write is sent as JSON, once, and an answer without content is none', async () => {
  const calls: (readonly [string, string, unknown])[] = []
  const server = createServer()
  const taking: typeof fetch = async (input, init) => {
    if (!String(input).includes('/api/')) return await server.fetch(input, init)
    calls.push([init?.method ?? '', new Headers(init?.headers).get('content-type') ?? '', init?.body])
    return init?.method === 'DELETE' ? new Response(null, { status: 204 }) : Response.json({}, { status: 503 })
  }
  const api = createApiClient(CONNECTION, {
    signal: new AbortController().signal,
    patienceMs: 60_000,
    sleep: async () => {},
    fetch: taking,
  })
  assert.equal(await api.call('DELETE', 'log-streams/lst_1'), undefined)
  await assert.rejects(api.call('POST', 'log-streams', { type: 'http' }), { message: /log-streams answered 503/ })
  assert.deepEqual(calls, [
    ['DELETE', '', undefined],
    ['POST', 'application/json', '{"type":"http"}'],
  ])
})
