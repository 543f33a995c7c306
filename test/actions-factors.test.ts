/** Actions that ask for second factors: enrolment and challenge on our pages, and what later Actions read of them. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { type ActionsTenant, startActionsTenant } from './kit/actions-tenant.ts'
import { recoveryCodeOf, secretOf } from './kit/factor-login.ts'

let tenant: ActionsTenant

before(async () => {
  tenant = await startActionsTenant()
})

after(() => tenant?.close())

const codeOf = (secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 })

test('an Action lets the user set up a second factor; those after it run then, and know of it', async () => {
  await tenant.bind(
    'post-login',
    `exports.onExecutePostLogin = async (event, api) => {
      api.idToken.setCustomClaim('first', true)
      api.transaction.setMetadata('asked', 'otp')
      api.authentication.enrollWith({ type: 'otp' })
    }`,
    `exports.onExecutePostLogin = async (event, api) => {
      api.idToken.setCustomClaim('methods', event.authentication.methods.map(({name}) => name))
      api.idToken.setCustomClaim('asked', event.transaction.metadata.asked)
    }`,
  )
  const browser = tenant.browser()
  const request = tenant.authorize()
  const page = await tenant.visit(browser, request)
  assert.equal(page.url.pathname, '/u/mfa-otp-enrollment-qr')
  const secret = secretOf(page)
  const end = await browser.submit(page, { code: codeOf(secret, -1) })
  const { idToken } = await tenant.redeem(end, request)
  assert.partialDeepStrictEqual(idToken, { first: true, asked: 'otp', methods: ['pwd', 'mfa'] })
})

test('multifactor.enable asks when every Action is done; the last word counts, and none cancels', async () => {
  const enable = (provider: string) =>
    `exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('${provider}') }`
  await tenant.bind('post-login', enable('any'), enable('none'))
  await tenant.logIn(tenant.browser())
  await tenant.bind('post-login', enable('none'), enable('any'))
  const page = await tenant.visit(tenant.browser(), tenant.authorize())
  assert.equal(page.url.pathname, '/u/mfa-otp-challenge')
})

test('claims of Actions that are done wait while the user proves a second factor', async () => {
  await tenant.bind(
    'post-login',
    `exports.onExecutePostLogin = async (event, api) => {
      api.idToken.setCustomClaim('kept', event.stats.logins_count)
      api.multifactor.enable('any')
    }`,
  )
  const email = `factors-${Date.now()}@example.com`
  const browser = tenant.browser()
  const request = tenant.authorize({ screen_hint: 'signup' })
  const list = await browser.submit(await browser.visit(request.url), { email, password: 'a long enough passphrase' })
  const page = await browser.visit(`/u/mfa-otp-enrollment-qr${list.url.search}`)
  const saved = await browser.submit(page, { code: codeOf(secretOf(page)) })
  assert.ok(recoveryCodeOf(saved))
  const { idToken } = await tenant.redeem(await browser.submit(saved, { saved: 'true' }), request)
  assert.equal(idToken.kept, 1)
})

test('a factor that no user can be asked for fails the login', async () => {
  await tenant.bind(
    'post-login',
    `exports.onExecutePostLogin = async (event, api) => { api.authentication.challengeWith({ type: 'push-notification' }) }`,
  )
  const end = await tenant.visit(tenant.browser(), tenant.authorize())
  assert.equal(end.url.searchParams.get('error'), 'access_denied')
})

test('the page of a second factor is no way past an Action that has sent the browser elsewhere', async () => {
  await tenant.bind(
    'post-login',
    `exports.onExecutePostLogin = async (event, api) => { api.redirect.sendUserTo('https://enrol.example.com/') }`,
  )
  const browser = tenant.browser()
  const away = await tenant.visit(browser, tenant.authorize())
  const state = away.url.searchParams.get('state') ?? ''
  for (const page of ['mfa-otp-challenge', 'mfa-otp-enrollment-qr']) {
    const answer = await browser.visit(`/u/${page}?state=${state}`)
    assert.ok(answer.status >= 400, `${page} answered ${answer.status}`)
  }
  assert.equal((await browser.visit(`/u/login?state=${state}`)).url.href, away.url.href)
})
