/** SDKs of applications that run in a browser, on a site of their own with https. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { insertClient } from '../../src/store/tenants/client-store.ts'
import { launchProfile, noChromium } from '../kit/chromium.ts'
import { CHROMIUM_SWITCHES, forwardTo, type HttpsSite, startHttpsSite } from '../kit/https-sites.ts'
import { type LoginServer, startLoginServer } from '../kit/login-server.ts'
import { fillLogin } from './express-application.ts'

let door: HttpsSite
let application: HttpsSite
let server: LoginServer

const library = (path: string): Buffer => readFileSync(new URL(`node_modules/${path}`, import.meta.url))

/** The application: an empty page, the SDKs as they are published, and the page that a silent frame or a popup ends at. */
const files = (): Readonly<Record<string, readonly [type: string, body: string | Buffer]>> => ({
  '/': ['text/html', '<!doctype html><script src="/auth0.js"></script><script src="/oidc.js"></script>'],
  '/auth0.js': ['text/javascript', library('@auth0/auth0-spa-js/dist/auth0-spa-js.production.js')],
  '/oidc.js': ['text/javascript', library('oidc-client-ts/dist/browser/oidc-client-ts.min.js')],
  '/silent': [
    'text/html',
    '<!doctype html><script src="/oidc.js"></script><script>new oidc.UserManager({}).signinSilentCallback()</script>',
  ],
  '/popup': [
    'text/html',
    '<!doctype html><script src="/oidc.js"></script><script>new oidc.UserManager({}).signinPopupCallback()</script>',
  ],
})

before(async () => {
  if (noChromium) return
  door = await startHttpsSite('login.test')
  application = await startHttpsSite('app.test')
  server = await startLoginServer({ issuer: door.address })
  door.serve(forwardTo(server.address))
  const content = files()
  application.serve((request, response) => {
    const [type, body] = content[(request.url ?? '').split('?', 1)[0] ?? ''] ?? ['text/plain', '']
    response.writeHead(200, { 'content-type': type }).end(body)
  })
  const { origin } = new URL(application.address)
  await insertClient(server.database.db, server.tenantId, {
    clientId: 'spa',
    name: 'Single page',
    appType: 'spa',
    sealedSecret: undefined,
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code', 'refresh_token'],
    callbacks: [origin, `${origin}/silent`, `${origin}/popup`],
    allowedLogoutUrls: [],
    metadata: {},
  })
})

after(async () => {
  await server?.[Symbol.asyncDispose]()
  for (const site of [door, application]) site?.close()
})

const ADMIN = { email: 'admin@example.com', password: 'correct horse' }

const openApplication = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(application.address)
  return page
}

/** Runs a script that opens a popup, logs in there, and returns what the script returns. */
const withPopup = async <Value>(page: Page, script: string): Promise<Value> => {
  const popup = page.waitForEvent('popup')
  const result = page.evaluate<Value>(script)
  await fillLogin(await popup, ADMIN)
  return result
}

/** The SDK as an application sets it up; `shared` keeps it between scripts of one page. */
const auth0 = (options: Record<string, unknown> = {}): string =>
  `window.shared ??= new auth0.Auth0Client(${JSON.stringify({
    domain: new URL(door.address).host,
    clientId: 'spa',
    authorizationParams: { redirect_uri: new URL(application.address).origin },
    ...options,
  })})`

test('auth0-spa-js logs in in a popup and renews its token silently, in a frame with web_message', {
  skip: noChromium,
}, async () => {
  await using profile = await launchProfile(CHROMIUM_SWITCHES)
  const page = await openApplication(profile.context)
  const asked: URL[] = []
  page.on('request', request => void (request.url().includes('/authorize?') && asked.push(new URL(request.url()))))
  const refused = await page.evaluate(`(async () => {
    try { return await (${auth0()}).getTokenSilently() } catch (error) { return error.error }
  })()`)
  assert.equal(refused, 'login_required')
  const user = await withPopup<Record<string, string>>(
    page,
    `(async () => { const client = (${auth0()}); await client.loginWithPopup(); return client.getUser() })()`,
  )
  assert.equal(user.email, ADMIN.email)
  const tokens = await page.evaluate<string[]>(`(async () => {
    const client = ${auth0()}
    return [await client.getTokenSilently(), await client.getTokenSilently({ cacheMode: 'off' })]
  })()`)
  assert.equal(new Set(tokens).size, 2)
  assert.ok(asked.every(({ searchParams }) => searchParams.get('response_mode') === 'web_message'))
  assert.ok(asked.some(({ searchParams }) => searchParams.get('prompt') === 'none'))
})

test('auth0-spa-js with DPoP and refresh tokens gets bound tokens and renews them', { skip: noChromium }, async () => {
  await using profile = await launchProfile(CHROMIUM_SWITCHES)
  const page = await openApplication(profile.context)
  const client = auth0({ useDpop: true, useRefreshTokens: true })
  await withPopup(page, `(async () => { await (${client}).loginWithPopup() })()`)
  const types = await page.evaluate<string[]>(`(async () => {
    const client = ${client}
    const first = await client.getTokenSilently({ detailedResponse: true })
    const second = await client.getTokenSilently({ cacheMode: 'off', detailedResponse: true })
    return [first.token_type, second.token_type, String(first.access_token === second.access_token)]
  })()`)
  assert.deepEqual(types, ['DPoP', 'DPoP', 'false'])
})

const manager = (): string =>
  `window.shared ??= new oidc.UserManager(${JSON.stringify({
    authority: door.address,
    client_id: 'spa',
    redirect_uri: `${new URL(application.address).origin}/popup`,
    popup_redirect_uri: `${new URL(application.address).origin}/popup`,
    silent_redirect_uri: `${new URL(application.address).origin}/silent`,
    scope: 'openid profile email',
  })})`

test('oidc-client-ts logs in in a popup and renews its session silently, in a frame with a page of its own', {
  skip: noChromium,
}, async () => {
  await using profile = await launchProfile(CHROMIUM_SWITCHES)
  const page = await openApplication(profile.context)
  const email = await withPopup<string>(
    page,
    `(async () => { const user = await (${manager()}).signinPopup(); return user.profile.email })()`,
  )
  assert.equal(email, ADMIN.email)
  const renewed = await page.evaluate<string>(`(async () => {
    const client = ${manager()}
    const before = await client.getUser()
    const after = await client.signinSilent({ forceIframeAuth: true })
    return before.access_token === after.access_token ? 'the same' : after.profile.email
  })()`)
  assert.equal(renewed, ADMIN.email)
})
