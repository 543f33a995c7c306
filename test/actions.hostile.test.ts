/** What Actions ask for that no database takes, and forms at /continue that no page sends. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ActionsTenant, startActionsTenant } from './kit/actions-tenant.ts'

let tenant: ActionsTenant

before(async () => {
  tenant = await startActionsTenant()
})

after(() => tenant?.close())

test('texts that PostgreSQL refuses reach tokens, metadata and a suspended login with a mark in their place', async () => {
  await tenant.bind(
    'post-login',
    String.raw`exports.onExecutePostLogin = async (event, api) => {
      const bad = 'a\0b\ud800'
      api.user.setUserMetadata('bad\0', { [bad]: [bad] })
      api.idToken.setCustomClaim('bad', bad)
      api.transaction.setMetadata('bad', bad)
      api.redirect.sendUserTo('https://enrol.example.com/')
    }
    exports.onContinuePostLogin = async (event, api) => {
      api.idToken.setCustomClaim('metadata', event.transaction.metadata.bad)
    }`,
  )
  const browser = tenant.browser()
  const request = tenant.authorize()
  const away = await tenant.visit(browser, request)
  const state = away.url.searchParams.get('state')
  const { idToken } = await tenant.redeem(await browser.visit(`/continue?state=${state}`), request)
  assert.equal(idToken.bad, 'a\uFFFDb\uFFFD')
  assert.equal(idToken.metadata, 'a\uFFFDb\uFFFD')
})

test('a reason that is thrown with such texts is in the log', async () => {
  await tenant.events()
  await tenant.bind(
    'post-login',
    String.raw`exports.onExecutePostLogin = async () => { throw new Error('a\0b\ud800') }`,
  )
  const end = await tenant.visit(tenant.browser(), tenant.authorize())
  assert.equal(end.url.searchParams.get('error'), 'access_denied')
  assert.ok((await tenant.events()).some(({ type }) => type === 'actions_execution_failed'))
})

test('forms at /continue that are too large, of another type or not JSON inside are refused, and the server stays', async () => {
  const post = (body: string, type = 'application/x-www-form-urlencoded') =>
    fetch(new URL(`continue?state=${'x'.repeat(43)}`, tenant.server.issuer), {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': type },
      body,
    })
  assert.equal((await post(`a=${'x'.repeat(7_000)}`)).status, 400)
  assert.equal((await post(`a=${'x'.repeat(2_000_000)}`)).status, 413)
  assert.equal((await post('{}', 'application/json')).status, 415)
  const handed = await post('state=other&a=b')
  assert.equal(handed.status, 303)
  const browser = tenant.browser()
  for (const form of [
    handed.headers.get('location') ?? '',
    '/continue?form=%00%ff&state=x',
    '/continue?form=bnVsbA&state=x',
  ]) {
    assert.equal((await browser.request(form)).status, 400)
  }
  await tenant.bind('post-login')
  await tenant.logIn(tenant.browser())
})
