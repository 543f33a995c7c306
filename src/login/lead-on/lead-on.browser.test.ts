/** Double clicks, Back and two tabs, as Chromium does them. */

import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { authorizeRequest } from '../../../test/kit/browser.ts'
import { launchChromium, noChromium } from '../../../test/kit/chromium.ts'
import { listenForComplaints } from '../../../test/kit/complaints.ts'
import { type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'

let server: LoginServer
let chromium: Browser
let context: BrowserContext
/** The application, and the codes that came to its callback. */
let application: Server
let codes: string[]

const addressOf = (path: string): string => {
  const address = application.address()
  assert.ok(address && typeof address === 'object')
  return `http://127.0.0.1:${address.port}${path}`
}

before(async () => {
  if (noChromium) return
  application = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://application')
    codes.push(...url.searchParams.getAll('code'))
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>a</title>in the application')
  })
  await new Promise<void>(resolve => application.listen(0, '127.0.0.1', resolve))
  server = await startLoginServer()
  await sql`update clients set callbacks = array[${addressOf('/callback')}]
    where client_id = ${server.credentials.app.clientId}`.execute(server.database.db)
  await delay(1_100) // what servers remember of clients is a second old at most
  chromium = await launchChromium()
})

beforeEach(async () => {
  if (noChromium) return
  codes = []
  server.switches.beforeRecord = async () => {}
  server.takeEvents()
  // As where scripts are off: nothing keeps a button from being pressed twice.
  context = await chromium.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } })
})

afterEach(() => context?.close())

after(async () => {
  await chromium?.close()
  await server?.[Symbol.asyncDispose]()
  application?.close()
})

const open = async (parameters: Record<string, string> = {}) => {
  const page = await context.newPage()
  const { url } = authorizeRequest(server.issuer, server.credentials.app.clientId, addressOf('/callback'), parameters)
  await page.goto(url.href)
  return { page, complaints: listenForComplaints(page) }
}

const fill = async (page: Page, email = 'admin@example.com', password = 'correct horse'): Promise<void> => {
  await page.getByLabel('Email address').fill(email)
  await page.locator('input[type=password]').fill(password)
}

const submitButton = (page: Page) => page.getByRole('button', { name: 'Continue', exact: true })
const inApplication = (page: Page) => page.getByText('in the application').waitFor()
const typesOf = () => server.takeEvents().map(({ type }) => type)

/** A double click ends in the application, or on a page that leads there. */
const endOfDoubleClick = async (page: Page): Promise<void> => {
  const heading = page.getByRole('heading', {
    name: /^(You are logged in|Your login is under way|This login is over)$/,
  })
  await page.getByText('in the application').or(heading).first().waitFor()
  if (await heading.isVisible()) await page.getByRole('link', { name: /Application/ }).click()
  await inApplication(page)
}

test('a double click logs in once', { skip: noChromium }, async () => {
  for (let round = 0; round < 3; round += 1) {
    const { page } = await open({ prompt: 'login' })
    await fill(page)
    await submitButton(page).dblclick()
    await endOfDoubleClick(page)
    assert.deepEqual(typesOf(), ['s'])
    assert.ok(codes.length <= round + 1)
  }
})

test('a click while the answer is on its way ends on a page that leads back', { skip: noChromium }, async () => {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  server.switches.beforeRecord = async event => {
    if (event.type !== 's') return
    reached.resolve()
    await released.promise
  }
  const { page } = await open()
  await fill(page)
  // By the mouse: locators wait for the page that is on its way.
  const { x = 0, y = 0 } = (await submitButton(page).boundingBox()) ?? {}
  await page.mouse.click(x + 5, y + 5)
  await reached.promise
  await page.mouse.click(x + 5, y + 5)
  await page.getByRole('heading', { name: 'Your login is under way' }).waitFor()
  server.switches.beforeRecord = async () => {}
  released.resolve()
  await page.getByRole('link', { name: 'Back to Application' }).click()
  await inApplication(page)
  assert.deepEqual(typesOf(), ['s'])
})

test('Back and the form again: the person is told that the login has succeeded', { skip: noChromium }, async () => {
  const { page, complaints } = await open()
  const [other, third] = [await context.newPage(), await context.newPage()]
  for (const tab of [other, third]) await tab.goto(page.url())
  await fill(page)
  await submitButton(page).click()
  await inApplication(page)
  await page.goBack()
  await page.getByRole('heading', { name: 'You are logged in' }).waitFor()
  await page.getByRole('link', { name: 'Continue to Application' }).click()
  await inApplication(page)
  // The other tabs still show the form.
  await fill(other)
  await submitButton(other).click()
  await other.getByRole('heading', { name: 'You are logged in' }).waitFor()
  await fill(third, 'somebody.else@example.com')
  await submitButton(third).click()
  await third.getByRole('heading', { name: 'This login is over' }).waitFor()
  await third.getByRole('link', { name: 'Back to Application' }).click()
  await inApplication(third)
  assert.deepEqual([typesOf(), codes.length], [['s'], 1])
  assert.deepEqual(complaints, [])
})

test('a double click signs up once', { skip: noChromium }, async () => {
  const { page } = await open({ screen_hint: 'signup' })
  await fill(page, 'double@example.com', 'battery staple horse')
  await submitButton(page).dblclick()
  await endOfDoubleClick(page)
  assert.deepEqual(
    server
      .takeEvents()
      .map(({ type }) => type)
      .toSorted(),
    ['s', 'ss'],
  )
})
