import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright-core'
import { authorizeRequest } from '../../../test/kit/browser.ts'
import { launchChromium, noChromium } from '../../../test/kit/chromium.ts'
import { type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'

let server: LoginServer
let chromium: Browser
/** The application, and a third party to which it sends people on, as identity brokers do. */
let application: Server
let thirdParty: Server

const listen = (listener: RequestListener): Promise<Server> =>
  new Promise(resolve => {
    const listening = createServer(listener).listen(0, '127.0.0.1', () => resolve(listening))
  })

const addressOf = (listening: Server, host: string): string => {
  const address = listening.address()
  assert.ok(address && typeof address === 'object')
  return `http://${host}:${address.port}/`
}

const callback = () => `${addressOf(application, '127.0.0.1')}callback`

before(async () => {
  if (noChromium) return
  thirdParty = await listen((_, response) => response.end('the end'))
  application = await listen((_, response) => {
    response.writeHead(302, { location: `${addressOf(thirdParty, 'localhost')}end` }).end()
  })
  server = await startLoginServer()
  await sql`update clients set callbacks = array[${callback()}]
    where client_id = ${server.credentials.app.clientId}`.execute(server.database.db)
  await delay(1_100) // what servers remember of clients is a second old at most
  chromium = await launchChromium()
})

after(async () => {
  await chromium?.close()
  await server?.[Symbol.asyncDispose]()
  application?.close()
  thirdParty?.close()
})

/** What the browser complains about, such as a policy that blocks something. */
const openPage = async (parameters: Record<string, string> = {}): Promise<{ page: Page; complaints: string[] }> => {
  const page = await (await chromium.newContext({ viewport: { width: 360, height: 740 } })).newPage()
  const complaints: string[] = []
  page.on('console', message => complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(String(error)))
  await page.goto(authorizeRequest(server.issuer, server.credentials.app.clientId, callback(), parameters).url.href)
  return { page, complaints }
}

const logIn = async (page: Page): Promise<void> => {
  await page.getByLabel('Email address').fill('admin@example.com')
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL('**/end', { timeout: 10_000 })
}

test('Chromium follows the form through the callback to another origin: the policy does not stop it', {
  skip: noChromium,
}, async () => {
  const { page, complaints } = await openPage()
  await logIn(page)
  assert.equal(await page.textContent('body'), 'the end')
  assert.deepEqual(complaints, [])
})

test('a callback that is posted to works under the policy too', { skip: noChromium }, async () => {
  const { page, complaints } = await openPage({ response_mode: 'form_post' })
  await logIn(page)
  assert.deepEqual(complaints, [])
})

test('with form-action of our own origin alone, Chromium would stop at the callback', {
  skip: noChromium,
}, async () => {
  const { page } = await openPage()
  await page.route('**/u/login*', async route => {
    if (route.request().method() !== 'GET') return route.continue()
    const response = await route.fetch()
    const policy = (response.headers()['content-security-policy'] ?? '').replace(
      /form-action [^;]*/,
      "form-action 'self'",
    )
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } })
  })
  await page.reload()
  const blocked = page.waitForEvent('console', { predicate: message => message.text().includes('form-action') })
  await page.getByLabel('Email address').fill('admin@example.com')
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Continue' }).click()
  assert.match((await blocked).text(), /violates the following Content Security Policy directive/)
})

test('the pages work without scripts, fit a phone, and say what is wrong to users of screen readers', {
  skip: noChromium,
}, async () => {
  const context = await chromium.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } })
  const page = await context.newPage()
  await page.goto(authorizeRequest(server.issuer, server.credentials.app.clientId, callback()).url.href)
  await page.getByRole('link', { name: 'Sign up' }).click()
  await page.getByLabel('Email address').fill('admin@example.com')
  await page.getByLabel('Password').fill('battery staple')
  await page.getByRole('button', { name: 'Continue' }).click()
  assert.match((await page.getByRole('alert').textContent()) ?? '', /already exists/)
  assert.equal(await page.getByLabel('Email address').inputValue(), 'admin@example.com')
  assert.equal(await page.getByLabel('Password').inputValue(), '')
  const box = await page.locator('main').boundingBox()
  assert.ok(box && box.x >= 0 && box.x + box.width <= 360, 'no sideways scrolling')
  await page.getByRole('link', { name: 'Log in' }).click()
  await logIn(page)
})
