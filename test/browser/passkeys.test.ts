import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launchChromium, noChromium } from '../kit/chromium.ts'
import { listenForComplaints } from '../kit/complaints.ts'
import { type FactorServer, PASSWORD, startFactorServer } from '../kit/factor-login.ts'
import { addAuthenticator } from '../kit/virtual-authenticator.ts'

let server: FactorServer
let chromium: Browser
let context: BrowserContext
let page: Page
let complaints: readonly string[]

before(async () => {
  if (noChromium) return
  server = await startFactorServer()
  chromium = await launchChromium()
})

beforeEach(async () => {
  if (noChromium) return
  Object.assign(server.wishes, { redirect: `${server.address}u/passkey-enrollment` })
  context = await chromium.newContext({ viewport: { width: 360, height: 740 } })
  page = await context.newPage()
  complaints = listenForComplaints(page)
  // The application: no server listens at its address.
  await page.route('**/callback*', route => route.fulfill({ body: 'back in the application' }))
  server.takeEvents()
})

afterEach(async () => {
  await context?.close()
  if (!noChromium) assert.deepEqual(complaints, [])
})

after(async () => {
  await chromium?.close()
  await server?.[Symbol.asyncDispose]()
})

const openLogin = () => page.goto(server.party.authorize({ prompt: 'login' }).url.href)

const enterPassword = async (email: string): Promise<void> => {
  await openLogin()
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Continue' }).click()
}

const isBack = () => page.getByText('back in the application').waitFor()

const setOptions = async (options: object) => {
  await sql`update connections set options = ${JSON.stringify(options)}`.execute(server.database.db)
  server.advance(2)
}

/** Logs a new user in by password and creates a passkey on the page that an Action sends to. */
const enroll = async (): Promise<string> => {
  const email = await server.newUser()
  await enterPassword(email)
  await page.getByRole('button', { name: 'Create a passkey' }).click()
  await isBack()
  server.wishes.redirect = undefined
  return email
}

test('a passkey is created and logs in by the button', { skip: noChromium }, async () => {
  const device = await addAuthenticator(page, 'device')
  await setOptions({ passkey_options: { challenge_ui: 'button' } })
  const email = await enroll()
  assert.equal(await device.countCredentials(), 1)
  assert.equal(server.takeEventsOf('gd_enrollment_complete').length, 1)
  await context.clearCookies()
  await openLogin()
  await page.getByRole('button', { name: 'Log in with a passkey' }).click()
  await isBack()
  const [success] = server.takeEventsOf('s').slice(-1)
  assert.equal(success?.user_name, email)
  assert.match(JSON.stringify(success?.details?.prompts), /"performed_amr":\["phr"\]/)
  await setOptions({})
})

test('a passkey logs in from the suggestions of the field', { skip: noChromium }, async () => {
  await addAuthenticator(page, 'device')
  await enroll()
  await context.clearCookies()
  await openLogin()
  // A virtual device chooses the suggestion as soon as there is one.
  await isBack()
  assert.match(JSON.stringify(server.takeEventsOf('s').at(-1)?.details?.prompts), /"performed_amr":\["phr"\]/)
})

test('a user who is not recognised is told, may try again, and may decline', { skip: noChromium }, async () => {
  const device = await addAuthenticator(page, 'device')
  await device.setVerified(false)
  await enterPassword(await server.newUser())
  await page.getByRole('button', { name: 'Create a passkey' }).click()
  assert.match((await page.getByRole('alert').textContent()) ?? '', /It was cancelled, or took too long/)
  assert.equal(server.takeEventsOf('gd_webauthn_enrollment_failed').length, 1)
  await page.getByLabel('Do not ask again').check()
  await page.getByRole('button', { name: 'Not now' }).click()
  await isBack()
  assert.equal(server.takeEventsOf('passkey_enrollment_declined')[0]?.details?.choice, 'never')
})

test('at the login, a passkey that does not work leaves the password where it is', { skip: noChromium }, async () => {
  await setOptions({ passkey_options: { challenge_ui: 'button' } })
  server.wishes.redirect = undefined
  await addAuthenticator(page, 'device')
  const email = await server.newUser()
  await openLogin()
  await page.getByLabel('Email address').fill(email)
  await page.getByRole('button', { name: 'Log in with a passkey' }).click()
  await page.getByRole('alert').getByText('It was cancelled, or did not work').waitFor()
  assert.equal(await page.getByLabel('Email address').inputValue(), email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Continue' }).click()
  await isBack()
  await setOptions({})
})

test('a user who has a passkey is not asked for another one', { skip: noChromium }, async () => {
  await setOptions({ passkey_options: { challenge_ui: 'button' } })
  const device = await addAuthenticator(page, 'device')
  const email = await enroll()
  server.wishes.redirect = `${server.address}u/passkey-enrollment`
  await enterPassword(email)
  await isBack()
  assert.equal(await device.countCredentials(), 1)
  await setOptions({})
})

test('without scripts the login works as ever, and the prompt for a passkey can be declined', {
  skip: noChromium,
}, async () => {
  const plain = await chromium.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } })
  page = await plain.newPage()
  await page.route('**/callback*', route => route.fulfill({ body: 'back in the application' }))
  await openLogin()
  assert.equal(await page.getByRole('button').count(), 1, 'no button that would do nothing')
  await enterPassword(await server.newUser())
  assert.equal(await page.getByRole('button', { name: 'Create a passkey' }).count(), 0)
  const explanation = page.locator('noscript p')
  await explanation.waitFor()
  assert.match((await explanation.textContent()) ?? '', /Browsers create passkeys only with JavaScript/)
  await page.getByRole('button', { name: 'Not now' }).click()
  await isBack()
  await plain.close()
})
