/** Actions of a login that is sent several times at once: what they do outside of the server is done once. */

import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import pg from 'pg'
import { type ActionsTenant, startActionsTenant } from './kit/actions-tenant.ts'
import { type Browser, hiddenFields, type Visit } from './kit/browser.ts'

let tenant: ActionsTenant
/** A service that Actions call, and how often they did. */
let service: Server
let calls: string[]

before(async () => {
  service = createServer((request, response) => {
    calls.push(request.url ?? '')
    response.end('ok')
  })
  await new Promise<void>(resolve => service.listen(0, '127.0.0.1', resolve))
  tenant = await startActionsTenant({ ACTIONS_ALLOWED_HOSTS: host() })
})

beforeEach(() => {
  calls = []
})

after(async () => {
  await tenant?.close()
  service?.close()
})

const host = (): string => {
  const address = service.address()
  assert.ok(address && typeof address === 'object')
  return `127.0.0.1:${address.port}`
}

/** Changes the table behind the server's back: what a sign-up meets there, no form can bring about. */
const alterUsers = async (change: string): Promise<void> => {
  const client = new pg.Client({ connectionString: tenant.server.databaseUrl })
  await client.connect()
  try {
    await client.query(`alter table users ${change}`)
  } finally {
    await client.end()
  }
}

const typesOf = async () => (await tenant.events()).map(({ type }) => type)
const send = (browser: Browser, page: Visit, fields: Record<string, string>) =>
  browser.request(page.url, { form: { ...hiddenFields(page.body), ...fields } })
const fourTimes = <T>(make: () => Promise<T>): Promise<T[]> => Promise.all([make(), make(), make(), make()])

test('a login that is continued four times at once calls its Actions once', async () => {
  await tenant.bind(
    'post-login',
    `exports.onExecutePostLogin = async () => { await fetch('http://${host()}/post-login') }`,
  )
  const browser = tenant.browser()
  const request = tenant.authorize()
  const page = await browser.visit(request.url)
  const { email, password } = tenant.server.credentials.admin
  const answer = await send(browser, page, { username: email, password })
  await tenant.events()
  const answers = await fourTimes(() => browser.request(answer.headers.get('location') ?? ''))
  const codes = answers.flatMap(({ headers }) => new URL(headers.get('location') ?? 'x:').searchParams.getAll('code'))
  assert.equal(codes.length, 1)
  assert.deepEqual(calls, ['/post-login'])
  assert.deepEqual(await typesOf(), ['s'])
  await tenant.bind('post-login')
})

test('a sign-up that is sent four times at once calls the Actions before it once, and those after it once', async () => {
  await tenant.bind(
    'pre-user-registration',
    `exports.onExecutePreUserRegistration = async () => { await fetch('http://${host()}/before') }`,
  )
  await tenant.bind(
    'post-user-registration',
    `exports.onExecutePostUserRegistration = async () => { await fetch('http://${host()}/after') }`,
  )
  const browser = tenant.browser()
  const page = await browser.visit(tenant.authorize({ screen_hint: 'signup' }).url)
  await tenant.events()
  const fields = { email: 'once@example.com', password: 'a long enough passphrase' }
  const answers = await fourTimes(() => send(browser, page, fields))
  for (const answer of answers) {
    const title = /<h1>([^<]*)/.exec(answer.body)?.[1]
    assert.ok(answer.status === 303 || title === 'Your login is under way', `${answer.status} ${title}`)
  }
  // The others find it answered when they look again.
  const led = await browser.visit(page.url)
  assert.ok(led.url.searchParams.has('code'), led.body)
  const seen: string[] = []
  while (!seen.includes('actions_execution_succeeded')) seen.push(...(await typesOf()))
  assert.deepEqual(calls, ['/before', '/after'])
  assert.deepEqual(seen.filter(type => ['ss', 'fs', 's'].includes(type)).toSorted(), ['s', 'ss'])
})

test('a sign-up that an Action has refused can be sent again at once', async () => {
  await tenant.bind(
    'pre-user-registration',
    `exports.onExecutePreUserRegistration = async (event, api) => {
      await fetch('http://${host()}/before')
      if (event.user.email.startsWith('bad')) api.access.deny('bad', 'Not with this address.')
    }`,
  )
  const browser = tenant.browser()
  const page = await browser.visit(tenant.authorize({ screen_hint: 'signup' }).url)
  const refused = await send(browser, page, { email: 'bad@example.com', password: 'a long enough passphrase' })
  assert.match(refused.body, /Not with this address/)
  const taken = await send(browser, page, { email: 'once@example.com', password: 'a long enough passphrase' })
  assert.match(taken.body, /already exists/)
  const created = await send(browser, page, { email: 'good@example.com', password: 'a long enough passphrase' })
  assert.equal(created.status, 303)
  assert.equal(calls.filter(path => path === '/before').length, 3)
})

test('a sign-up that failed after its Actions can be sent again at once', async () => {
  await tenant.bind('pre-user-registration', 'exports.onExecutePreUserRegistration = async () => {}')
  const browser = tenant.browser()
  const page = await browser.visit(tenant.authorize({ screen_hint: 'signup' }).url)
  const form = { email: 'unlucky@example.com', password: 'a long enough passphrase' }
  await alterUsers(`add constraint unlucky check (email <> '${form.email}')`)
  assert.equal((await send(browser, page, form)).status, 500)
  await alterUsers('drop constraint unlucky')
  assert.equal((await send(browser, page, form)).status, 303)
})
