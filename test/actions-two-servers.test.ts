/** Actions that are bound on one server run on the other. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type ActionsTenant, startActionsTenant } from './kit/actions-tenant.ts'
import { authorizeRequest, createBrowser } from './kit/browser.ts'
import { settingsToJoin, startTestServer, type TestServer } from './kit/server.ts'

/** Milliseconds. */
const PATIENCE_MS = 60_000

let first: ActionsTenant
let second: TestServer

before(async () => {
  first = await startActionsTenant()
  second = await startTestServer(settingsToJoin(first.server))
})

after(async () => {
  await second?.close()
  await first?.close()
})

/** The application's answer to a login on the second server. */
const errorOf = async (): Promise<string | null> => {
  const { party, credentials, issuer } = second
  const browser = createBrowser(issuer)
  const page = await browser.visit(authorizeRequest(issuer, party.clientId, party.redirectUri).url)
  const { email: username, password } = credentials.admin
  return (await browser.submit(page, { username, password })).url.searchParams.get('error')
}

/** Logs in until the answer is this one: the other server is told a moment later. */
const untilErrorIs = async (expected: string | null): Promise<void> => {
  const deadline = performance.now() + PATIENCE_MS
  for (let error = await errorOf(); error !== expected; error = await errorOf()) {
    assert.ok(performance.now() < deadline, `the answer stays ${error}`)
    await delay(100)
  }
}

test('a binding that is made on one server comes into force on the other', async () => {
  assert.equal(await errorOf(), null)
  await first.bind('post-login', `exports.onExecutePostLogin = async (event, api) => { api.access.deny('no') }`)
  await untilErrorIs('access_denied')
  await first.bind('post-login')
  await untilErrorIs(null)
})
