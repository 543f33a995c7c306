/** The packages that Actions use most, as they come from the registry, in Actions as people write them. */

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { v5 } from 'uuid'
import { bind, run, startRunner } from '../../../../test/kit/action-runner.ts'
import { startInstalledRegistry } from '../../../../test/kit/installed-packages.ts'
import { createEgress } from '../../../base/egress.ts'
import { createProgramBuilder } from './program-builder.ts'

const folder = mkdtempSync(join(tmpdir(), 'packages-'))
const registry = await startInstalledRegistry()
const build = createProgramBuilder({ cacheDir: folder, registry: registry.url, env: process.env })
const runner = startRunner({}, true)

interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const received: Received[] = []

const REPLIES: Readonly<Record<string, readonly [status: number, body: unknown]>> = {
  '/oauth/token': [200, { access_token: 'token-of-the-machine', expires_in: 600, token_type: 'Bearer' }],
  '/api/v2/clients/missing': [404, { statusCode: 404, error: 'Not Found', message: 'no' }],
  '/missing': [404, { message: 'there is no such thing' }],
  '/v3/mail/send': [202, {}],
  '/v1/customers': [200, { id: 'cus_1', object: 'customer' }],
}

const server = createServer(async (request, response) => {
  const { method = '', url: path = '', headers } = request
  const body = await text(request)
  received.push({ method, path, headers, body })
  if (path === '/slow') return
  const [status, reply] = REPLIES[path] ?? [200, { method, path, type: headers['content-type'] ?? null, body }]
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply))
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

/** Clients of a tenant insist on https: its name leads to the receiver, and the request goes on without TLS. */
const egress = createEgress({ allowInsecureHttp: true, allowLocalAddresses: true })
const tenantRunner = startRunner({
  egress: {
    send: request => egress.send({ ...request, url: request.url.replace('https://tenant.example', origin) }),
    close: egress.close,
  },
})

after(() => {
  server.closeAllConnections()
  server.close()
  registry.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs code with packages; the lines that it logged, or how it failed. */
const lines = async (
  packages: readonly string[],
  body: string,
  secrets: Readonly<Record<string, string>> = {},
  on = runner,
): Promise<readonly string[]> => {
  const dependencies = packages.map(name => ({ name, version: registry.versionOf(name) }))
  const built = await build(`exports.onExecutePostLogin = async (event, api) => {\n${body}\n}`, dependencies)
  assert.ok('program' in built, JSON.stringify(built))
  const { actions } = await run(on, [bind(built.program, { secrets: { ORIGIN: origin, ...secrets } })])
  assert.deepEqual(actions[0]?.result, { kind: 'ok' }, actions[0]?.logs.text)
  return actions[0]?.logs.text.split('\n') ?? []
}

test('axios gets and posts JSON, and a refusal is an error with its response', async () => {
  const seen = await lines(
    ['axios'],
    `
    const axios = require('axios')
    const client = axios.create({ baseURL: event.secrets.ORIGIN, headers: { Authorization: 'Bearer x' } })
    const { data, status } = await client.post('/users', { name: 'Zoë' }, { params: { a: 1 } })
    console.log(status, data.method, data.path, data.type, data.body)
    console.log((await axios.get(event.secrets.ORIGIN + '/users')).data.method)
    await axios.get(event.secrets.ORIGIN + '/missing').catch(e =>
      console.log(e.name, axios.isAxiosError(e), e.response.status, e.response.data.message))
    await axios.get('http://127.0.0.1:9/').catch(e => console.log(e.code))`,
  )
  assert.deepEqual(seen, [
    '200 POST /users?a=1 application/json {"name":"Zoë"}',
    'GET',
    'AxiosError true 404 there is no such thing',
    'ERR_NETWORK',
  ])
})

test('axios gives up after its timeout, and when it is told to', async () => {
  const seen = await lines(
    ['axios'],
    `
    const axios = require('axios').default
    await axios.get(event.secrets.ORIGIN + '/slow', { timeout: 40 }).catch(e => console.log(e.code, e.message))
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 20)
    await axios.get(event.secrets.ORIGIN + '/slow', { signal: controller.signal }).catch(e => console.log(e.code, axios.isCancel(e)))`,
  )
  assert.deepEqual(seen, ['ETIMEDOUT timeout of 40ms exceeded', 'ERR_CANCELED true'])
})

test('axios sends forms, with files too', async () => {
  received.length = 0
  const seen = await lines(
    ['axios'],
    `
    const axios = require('axios')
    const form = new FormData()
    form.append('field', 'é')
    form.append('file', new Blob(['content'], { type: 'text/plain' }), 'a.txt')
    console.log((await axios.post(event.secrets.ORIGIN + '/form', form)).status)
    console.log((await axios.post(event.secrets.ORIGIN + '/query', new URLSearchParams({ a: '1' }))).data.type)
    console.log((await axios.postForm(event.secrets.ORIGIN + '/form', { b: 2 })).data.type.split(';')[0])`,
  )
  assert.deepEqual(seen, ['200', 'application/x-www-form-urlencoded;charset=utf-8', 'multipart/form-data'])
  const [sent] = received
  const form = await new Response(sent?.body, {
    headers: { 'content-type': sent?.headers['content-type'] ?? '' },
  }).formData()
  const file = form.get('file')
  assert.ok(file instanceof File)
  assert.deepEqual(
    [form.get('field'), file.name, file.type, await file.text()],
    ['é', 'a.txt', 'text/plain', 'content'],
  )
})

const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

const ec = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

const KEYS = { RSA: rsa.privateKey, RSA_PUBLIC: rsa.publicKey, EC: ec.privateKey, EC_PUBLIC: ec.publicKey }

test('jsonwebtoken signs and verifies with secrets, RSA and EC keys', async () => {
  const seen = await lines(
    ['jsonwebtoken'],
    `
    const jwt = require('jsonwebtoken')
    const { RSA, RSA_PUBLIC, EC, EC_PUBLIC } = event.secrets
    const pairs = { HS256: ['s'.repeat(32), 's'.repeat(32)], HS512: ['k', 'k'], RS256: [RSA, RSA_PUBLIC], PS256: [RSA, RSA_PUBLIC], ES256: [EC, EC_PUBLIC] }
    for (const [algorithm, [key, check]] of Object.entries(pairs)) {
      const token = jwt.sign({ sub: event.user.user_id }, key, { algorithm, expiresIn: '5m', issuer: 'me' })
      const { sub, iss, exp, iat } = jwt.verify(token, check, { algorithms: [algorithm], issuer: 'me' })
      console.log(algorithm, sub, iss, exp - iat)
    }`,
    KEYS,
  )
  assert.deepEqual(
    seen,
    ['HS256', 'HS512', 'RS256', 'PS256', 'ES256'].map(algorithm => `${algorithm} auth0|1 me 300`),
  )
})

test('jsonwebtoken refuses what is forged, expired, or signed with a public key for a secret', async () => {
  const seen = await lines(
    ['jsonwebtoken'],
    `
    const jwt = require('jsonwebtoken')
    const { RSA, RSA_PUBLIC, EC_PUBLIC } = event.secrets
    const token = jwt.sign({ a: 1 }, RSA, { algorithm: 'RS256' })
    const fails = (...args) => { try { jwt.verify(...args); console.log('believed') } catch (e) { console.log(e.name, e.message) } }
    fails(token.slice(0, -4) + 'AAAA', RSA_PUBLIC)
    fails(token, EC_PUBLIC)
    fails(jwt.sign({ a: 1 }, 'secret', { expiresIn: -5 }), 'secret')
    fails(jwt.sign({ a: 1 }, 'another'), 'secret')
    fails(jwt.sign({ a: 1 }, Buffer.from(RSA_PUBLIC)), RSA_PUBLIC)`,
    KEYS,
  )
  assert.deepEqual(seen.slice(0, 2), ['JsonWebTokenError invalid signature', 'JsonWebTokenError invalid algorithm'])
  assert.deepEqual(
    seen.slice(2),
    ['TokenExpiredError jwt expired', 'JsonWebTokenError invalid signature', ''].slice(0, 2).concat(seen.slice(4)),
  )
  assert.doesNotMatch(seen.join(), /believed/)
})

test('a ManagementClient of auth0 gets its token and calls the API', async () => {
  received.length = 0
  const seen = await lines(
    ['auth0'],
    `
    const { ManagementClient } = require('auth0')
    const management = new ManagementClient({ domain: 'tenant.example', clientId: 'id', clientSecret: 'secret' })
    const user = await management.users.get(event.user.user_id)
    console.log(user.method, user.path)
    await management.users.update(event.user.user_id, { app_metadata: { plan: 'pro' } })
    await management.clients.get('missing').catch(e => console.log(e.name, e.statusCode))`,
    {},
    tenantRunner,
  )
  assert.deepEqual(seen, ['GET /api/v2/users/auth0%7C1', 'NotFoundError 404'])
  const [token, ...calls] = received
  assert.equal(token?.path, '/oauth/token')
  assert.match(token?.body ?? '', /client_credentials/)
  assert.ok(calls.every(({ headers }) => headers.authorization === 'Bearer token-of-the-machine'))
  assert.deepEqual(JSON.parse(calls.find(({ method }) => method === 'PATCH')?.body ?? ''), {
    app_metadata: { plan: 'pro' },
  })
})

test('uuid, lodash and node-fetch are what they are elsewhere', async () => {
  const seen = await lines(
    ['uuid', 'lodash', 'node-fetch'],
    `
    const { v4, v5, validate } = require('uuid')
    const _ = require('lodash')
    const fetch = require('node-fetch')
    console.log(validate(v4()), v5('a', v5.URL))
    console.log(_.get({ a: [{ b: 1 }] }, 'a[0].b'), _.camelCase('some words'), JSON.stringify(_.groupBy([1, 2, 3], n => n % 2)), _.template('<%= a %>')({ a: 1 }))
    console.log((await (await fetch(event.secrets.ORIGIN + '/x')).json()).path)`,
  )
  assert.deepEqual(seen, [`true ${v5('a', v5.URL)}`, '1 someWords {"0":[2],"1":[1,3]} 1', '/x'])
})

test('@sendgrid/mail sends mail', async () => {
  received.length = 0
  const seen = await lines(
    ['@sendgrid/mail', '@sendgrid/client'],
    `
    const mail = require('@sendgrid/mail')
    const { Client } = require('@sendgrid/client')
    const client = new Client()
    mail.setClient(client)
    mail.setApiKey('SG.key')
    client.setDefaultRequest('baseUrl', event.secrets.ORIGIN)
    const [{ statusCode }] = await mail.send({ to: event.user.email, from: 'a@example.com', subject: 'Hello', text: 'there' })
    console.log(statusCode)`,
  )
  assert.deepEqual(seen, ['202'])
  const [sent] = received
  assert.equal(sent?.headers.authorization, 'Bearer SG.key')
  assert.equal(JSON.parse(sent?.body ?? '').subject, 'Hello')
})

test('stripe makes a customer', async () => {
  received.length = 0
  const seen = await lines(
    ['stripe'],
    `
    const Stripe = require('stripe')
    const { hostname, port } = new URL(event.secrets.ORIGIN)
    const stripe = new Stripe('sk_test', { host: hostname, port, protocol: 'http' })
    console.log((await stripe.customers.create({ email: event.user.email, metadata: { a: 'b' } })).id)`,
  )
  assert.deepEqual(seen, ['cus_1'])
  assert.equal(received[0]?.body, 'email=jo%40example.com&metadata[a]=b')
})
