/** Pushed authorization requests (RFC 9126): the same request as at `/authorize`, under the same rules. */

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { createBrowser } from '../../../test/kit/browser.ts'
import { createDpopKey } from '../../../test/kit/dpop-key.ts'
import { ASSIGNMENT, CALLBACK, type LoginServer, outcomeOf, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, isCallback, type RelyingParty } from '../../../test/kit/relying-party.ts'
import { insertClient } from '../../store/tenants/client-store.ts'
import type { AssignInput } from '../assignment/assignment-port.ts'

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
  await insertClient(server.database.db, server.tenantId, {
    clientId: 'spa',
    name: 'Single page',
    appType: 'spa',
    sealedSecret: undefined,
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code'],
    callbacks: [CALLBACK],
    allowedLogoutUrls: [],
    metadata: {},
  })
})

beforeEach(() => {
  server.switches.assign = async () => outcomeOf()
  server.takeEvents()
})

after(() => server?.[Symbol.asyncDispose]())

const newBrowser = () => createBrowser(server.issuer)
const app = () => ({ client_id: server.credentials.app.clientId, client_secret: server.credentials.app.clientSecret })

interface Pushed {
  readonly status: number
  readonly body: Record<string, string>
}

const post = async (
  fields: Record<string, string>,
  { json = false, headers = {} }: { json?: boolean; headers?: Record<string, string> } = {},
): Promise<Pushed> => {
  const response = await fetch(new URL('oauth/par', server.issuer), {
    method: 'POST',
    headers: { ...(json ? { 'content-type': 'application/json' } : {}), ...headers },
    body: json ? JSON.stringify(fields) : new URLSearchParams(fields),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

/** Pushes what would stand in the address of `/authorize`. */
const push = async (parameters: Record<string, string | undefined> = {}, options = {}) => {
  const { url, verifier, state } = party.authorize(parameters)
  const pushed = await post({ ...Object.fromEntries(url.searchParams), ...app() }, options)
  return { ...pushed, verifier, state }
}

const authorizeUrl = (requestUri: string, more: Record<string, string> = {}): URL =>
  new URL(
    `authorize?${new URLSearchParams({ client_id: server.credentials.app.clientId, request_uri: requestUri, ...more })}`,
    server.issuer,
  )

const logIn = async (requestUri: string, more: Record<string, string> = {}) => {
  const browser = newBrowser()
  const end = await browser.submit(await browser.visit(authorizeUrl(requestUri, more)), ADMIN)
  assert.ok(isCallback(end), end.body)
  return end.url.searchParams
}

test('a pushed request leads to a login and its tokens, from a form and from JSON', async () => {
  for (const json of [false, true]) {
    const { status, body, verifier, state } = await push({ scope: 'openid offline_access' }, { json })
    assert.equal(status, 201)
    assert.match(body.request_uri ?? '', /^urn:ietf:params:oauth:request_uri:[\w-]{20,}$/)
    assert.equal(typeof body.expires_in, 'number')
    const query = await logIn(body.request_uri ?? '')
    assert.equal(query.get('state'), state)
    const answer = await party.exchange({ code: query.get('code') ?? '', verifier })
    assert.equal(answer.status, 200)
    assert.ok(answer.body.refresh_token, 'offline_access was pushed')
  }
})

test('the experiment reads its overrides, and Actions their ext- parameters, from what was pushed', async () => {
  const asked: AssignInput[] = []
  server.switches.assign = async input => {
    asked.push(input)
    return outcomeOf(ASSIGNMENT)
  }
  const overrides = { experiment_id: 'exp_1', variation_id: 'var_t', 'ext-plan': 'pro' }
  const { body } = await push({ ...overrides, correlation_id: 'c-1', custom: 'dropped' })
  assert.equal(asked.length, 0, 'no experiment runs before there is a browser')
  await logIn(body.request_uri ?? '', {
    experiment_id: 'exp_of_the_address',
    'ext-plan': 'free',
    scope: 'openid email',
  })
  const { params } = asked[0] as AssignInput
  for (const [name, value] of Object.entries(overrides)) assert.equal(params[name], value)
  assert.deepEqual([params.custom, params.scope], [undefined, 'openid profile email'])
  const success = server.takeEvents().find(({ type }) => type === 's')
  assert.equal(success?.references?.correlation_id, 'c-1')
  assert.equal(success?.experiment?.variation_id, 'var_t')
})

test('what /authorize refuses is refused when it is pushed, and is in the log', async () => {
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`ext-${index}`, 'x']))
  const refused: Record<string, string | undefined>[] = [
    { response_type: undefined },
    { redirect_uri: 'https://evil.example/' },
    { scope: 'openid "' },
    { code_challenge_method: 'plain' },
    { organization: 'org_1' },
    { connection: 'nowhere' },
    { 'ext-a': '<b>' },
    many,
    { state: 'x'.repeat(9_000) },
    { response_mode: 'web_message', web_message_uri: CALLBACK },
    { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
  ]
  for (const parameters of refused) {
    const { status, body } = await push(parameters)
    assert.equal(status, 400, JSON.stringify([parameters, body]))
    assert.match(body.error ?? '', /^[a-z_]+$/)
    const [event, ...others] = server.takeEvents()
    assert.deepEqual([event?.type, event?.client_name, others.length], ['fpar', 'Application', 0])
  }
})

test('parameters that are this server’s own cannot be pushed', async () => {
  const asked: AssignInput[] = []
  server.switches.assign = async input => {
    asked.push(input)
    return outcomeOf()
  }
  const { body } = await push({ transaction_id: 'mine', ext: '{"ext-a":"<b>"}', implied_redirect_uri: 'true' })
  const query = await logIn(body.request_uri ?? '')
  assert.notEqual(asked[0]?.transactionId, 'mine')
  const { status } = await party.token({ grant_type: 'authorization_code', code: query.get('code') ?? '' })
  assert.equal(status, 400, 'a redirect_uri was pushed')
})

test('only a client that authenticates may push: a wrong secret, and a public client, are refused', async () => {
  const { url } = party.authorize()
  const parameters = Object.fromEntries(url.searchParams)
  assert.equal((await post({ ...parameters, ...app(), client_secret: 'wrong' })).status, 401)
  const key = await createDpopKey()
  const dpop = await key.prove({ url: `${server.issuer}oauth/par`, method: 'POST' })
  const publicly = await post({ ...parameters, client_id: 'spa' }, { headers: { dpop } })
  assert.deepEqual([publicly.status, publicly.body.error], [400, 'unauthorized_client'])
  const { rows } = await sql`select 1 from oidc_payloads where model = 'PushedAuthorizationRequest'
    and payload ->> 'request' like '%spa%' union all select 1 from used_challenges`.execute(server.database.db)
  assert.deepEqual(rows, [], 'what a stranger sends is not stored')
})

test('a request_uri leads to one login: it is used up by the first, also when two browsers finish at the same moment', async () => {
  const { body, verifier } = await push()
  const requestUri = body.request_uri ?? ''
  const browsers = [newBrowser(), newBrowser(), newBrowser()]
  const pages = await Promise.all(browsers.map(browser => browser.visit(authorizeUrl(requestUri))))
  const ends = await Promise.all(
    browsers.map((browser, index) => browser.submit(pages[index] ?? assert.fail('no page'), ADMIN)),
  )
  const codes = ends.flatMap(end => end.url.searchParams.get('code') ?? [])
  assert.equal(codes.length, 1)
  for (const end of ends) {
    if (!end.url.searchParams.has('code')) assert.equal(end.url.searchParams.get('error'), 'invalid_request_uri')
  }
  assert.equal((await party.exchange({ code: codes[0] ?? '', verifier })).status, 200)
  const again = await newBrowser().visit(authorizeUrl(requestUri))
  assert.equal(again.url.searchParams.get('error'), 'invalid_request_uri')
})

test('a login that takes longer than the request_uri lives uses it up all the same', async () => {
  const { body } = await push()
  const browsers = [newBrowser(), newBrowser()] as const
  const pages = [
    await browsers[0].visit(authorizeUrl(body.request_uri ?? '')),
    await browsers[1].visit(authorizeUrl(body.request_uri ?? '')),
  ] as const
  await sql`update oidc_payloads set payload = payload || '{"exp": 1}', expires_at = expires_at - interval '2 minutes'
    where model = 'PushedAuthorizationRequest'`.execute(server.database.db)
  assert.ok((await browsers[0].submit(pages[0], ADMIN)).url.searchParams.has('code'))
  assert.equal((await browsers[1].submit(pages[1], ADMIN)).url.searchParams.get('error'), 'invalid_request_uri')
})

test('a request_uri is of one client, and one that was made up is none', async () => {
  const { body } = await push()
  const foreign = await newBrowser().visit(authorizeUrl(body.request_uri ?? '', { client_id: 'spa' }))
  assert.equal(foreign.url.searchParams.get('error'), 'invalid_request_object')
  const madeUp = await newBrowser().visit(authorizeUrl('urn:ietf:params:oauth:request_uri:nothing'))
  assert.equal(madeUp.url.searchParams.get('error'), 'invalid_request_uri')
})

test('a proof that is pushed binds the code to its key', async () => {
  const key = await createDpopKey()
  const dpop = await key.prove({ url: `${server.issuer}oauth/par`, method: 'POST' })
  const { body, verifier } = await push({}, { headers: { dpop } })
  const code = (await logIn(body.request_uri ?? '')).get('code') ?? ''
  assert.equal((await party.exchange({ code, verifier })).body.error, 'invalid_grant')
  const replayed = await push({}, { headers: { dpop } })
  assert.deepEqual([replayed.status, replayed.body.error], [400, 'invalid_request'])
})
