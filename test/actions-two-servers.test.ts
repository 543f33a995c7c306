/** Actions that are bound on one server run on the other. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ActionsTenant, startActionsTenant } from './kit/actions-tenant.ts'
import { authorizeRequest, createBrowser } from './kit/browser.ts'
import { settingsToJoin, startTestServer, type TestServer } from './kit/server.ts'

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

test('a binding that is made on one server is in force on the other within a second', async () => {
  assert.equal(await errorOf(), null)
  await first.bind('post-login', `exports.onExecutePostLogin = async (event, api) => { api.access.deny('no') }`)
  await new Promise(resolve => setTimeout(resolve, 1_000))
  assert.equal(await errorOf(), 'access_denied')
  await first.bind('post-login')
  await new Promise(resolve => setTimeout(resolve, 1_000))
  assert.equal(await errorOf(), null)
})
