/** Silent logins in frames and logins in popups, in a real browser, with application and server on two sites with https. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { insertClient } from '../../src/store/tenants/client-store.ts'
import { authorizeRequest } from '../kit/browser.ts'
import { launchProfile, noChromium } from '../kit/chromium.ts'
import { CHROMIUM_SWITCHES, forwardTo, type HttpsSite, startHttpsSite } from '../kit/https-sites.ts'
import { type LoginServer, startLoginServer } from '../kit/login-server.ts'

let door: HttpsSite
let application: HttpsSite
let stranger: HttpsSite
let server: LoginServer

/** A page that keeps every message with its sender. */
const PAGE = `<!doctype html><title>A page</title><script>
  window.received = []
  addEventListener('message', ({ data, origin }) => received.push({ data, origin }))
</script>`

before(async () => {
  if (noChromium) return
  door = await startHttpsSite('login.test')
  application = await startHttpsSite('app.test')
  stranger = await startHttpsSite('evil.test')
  server = await startLoginServer({ issuer: door.address })
  door.serve(forwardTo(server.address))
  for (const site of [application, stranger])
    site.serve((_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE))
  await insertClient(server.database.db, server.tenantId, {
    clientId: 'spa',
    name: 'Single page',
    appType: 'spa',
    sealedSecret: undefined,
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code'],
    callbacks: [application.address],
    allowedLogoutUrls: [],
    metadata: {},
  })
})

after(async () => {
  await server?.[Symbol.asyncDispose]()
  for (const site of [door, application, stranger]) site?.close()
})

const authorize = (parameters: Record<string, string>): string =>
  authorizeRequest(door.address, 'spa', application.address, { response_mode: 'web_message', ...parameters }).url.href

interface Received {
  readonly data: { readonly type: string; readonly response: Record<string, string> }
  readonly origin: string
}

const openSite = async (context: BrowserContext, site: HttpsSite): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(site.address)
  return page
}

const messageIn = async (page: Page): Promise<Received> => {
  await page.waitForFunction('received.length > 0', undefined, { timeout: 20_000 })
  return (await page.evaluate<Received[]>('received.splice(0)'))[0] as Received
}

const addFrame = (page: Page, address: string): Promise<void> =>
  page.evaluate(`{ const frame = document.createElement('iframe'); frame.src = ${JSON.stringify(address)}
    document.body.append(frame) }`)

/** Logs in in a popup, whose opener gets the answer. */
const logInByPopup = async (page: Page): Promise<Received> => {
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate(`void window.open(${JSON.stringify(authorize({}))})`),
  ])
  await popup.getByLabel('Email address').fill('admin@example.com')
  await popup.getByLabel('Password').fill('correct horse')
  await popup.getByRole('button', { name: 'Continue' }).click()
  return messageIn(page)
}

test('without a session the frame of another site is told login_required; after a login in a popup it gets codes', {
  skip: noChromium,
}, async () => {
  await using profile = await launchProfile(CHROMIUM_SWITCHES)
  const { context } = profile
  const page = await openSite(context, application)
  await addFrame(page, authorize({ prompt: 'none' }))
  const refused = await messageIn(page)
  assert.deepEqual([refused.origin, refused.data.response.error], [new URL(door.address).origin, 'login_required'])
  const { data, origin } = await logInByPopup(page)
  assert.deepEqual([origin, data.type], [new URL(door.address).origin, 'authorization_response'])
  assert.ok(data.response.code)
  for (let round = 0; round < 2; round += 1) {
    await addFrame(page, authorize({ prompt: 'none' }))
    const { response } = (await messageIn(page)).data
    assert.ok(response.code, JSON.stringify([response, await context.cookies()]))
  }
})

test('another site gets nothing: its frame stays empty, its popup’s message goes to the application only', {
  skip: noChromium,
}, async () => {
  await using profile = await launchProfile(CHROMIUM_SWITCHES)
  const { context } = profile
  await logInByPopup(await openSite(context, application))
  const page = await openSite(context, stranger)
  const complaints: string[] = []
  page.on('console', message => complaints.push(message.text()))
  await addFrame(page, authorize({ prompt: 'none' }))
  await page.waitForEvent('console', { predicate: message => /frame-ancestors/.test(message.text()), timeout: 20_000 })
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate(`void window.open(${JSON.stringify(authorize({}))})`),
  ])
  await popup.getByText('You can close this window.').waitFor({ timeout: 20_000 })
  assert.deepEqual(await page.evaluate('received'), [])
})
