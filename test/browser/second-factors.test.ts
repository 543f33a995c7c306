import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
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
  server.wishes.multiFactor = { provider: 'any', allowRememberBrowser: true }
  chromium = await launchChromium()
})

const open = async (javaScriptEnabled: boolean): Promise<void> => {
  context = await chromium.newContext({ javaScriptEnabled, viewport: { width: 360, height: 740 } })
  page = await context.newPage()
  complaints = listenForComplaints(page)
  // The application: no server listens at its address.
  await page.route('**/callback*', route => route.fulfill({ body: 'back in the application' }))
}

beforeEach(() => {
  complaints = []
})

afterEach(async () => {
  await context?.close()
  assert.deepEqual(complaints, [])
})

after(async () => {
  await chromium?.close()
  await server?.[Symbol.asyncDispose]()
})

const enterPassword = async (email: string): Promise<void> => {
  await page.goto(server.party.authorize({ prompt: 'login' }).url.href)
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Continue' }).click()
}

const saveRecoveryCode = async (): Promise<string> => {
  const code = await page.locator('p.secret').textContent()
  await page.getByLabel('I have saved this code').check()
  await page.getByRole('button', { name: 'Continue' }).click()
  return code ?? ''
}

const isBack = () => page.getByText('back in the application').waitFor()

for (const scripts of [true, false]) {
  const name = `an app is set up and used, a recovery code replaces it, ${scripts ? 'with' : 'without'} scripts`
  test(name, { skip: noChromium }, async () => {
    await open(scripts)
    const email = await server.newUser()
    await enterPassword(email)
    await page.getByRole('link', { name: 'Authenticator app' }).click()
    const secret = ((await page.locator('code.secret').textContent()) ?? '').replaceAll(' ', '')
    assert.ok(await page.getByRole('img', { name: /QR code/ }).isVisible())
    await page.getByLabel('Six-digit code').fill(server.codeOf(secret, -1))
    await page.getByRole('button', { name: 'Continue' }).click()
    const recoveryCode = await saveRecoveryCode()
    await isBack()

    await context.clearCookies()
    await enterPassword(email)
    await page.getByLabel('Six-digit code').fill('000000')
    await page.getByRole('button', { name: 'Continue' }).click()
    assert.match((await page.getByRole('alert').textContent()) ?? '', /This code is wrong/)
    await page.getByLabel('Six-digit code').fill(server.codeOf(secret))
    await page.getByLabel('Do not ask in this browser').check()
    await page.getByRole('button', { name: 'Continue' }).click()
    await isBack()
    await enterPassword(email)
    await isBack()

    await context.clearCookies()
    await enterPassword(email)
    await page.getByRole('link', { name: 'Try another way' }).click()
    await page.getByRole('link', { name: 'Recovery code' }).click()
    await page.getByLabel('Recovery code').fill(recoveryCode)
    await page.getByRole('button', { name: 'Continue' }).click()
    assert.notEqual(await saveRecoveryCode(), recoveryCode)
    await isBack()
  })
}

test('a security key is set up and used', { skip: noChromium }, async () => {
  await open(true)
  await addAuthenticator(page, 'security-key')
  const email = await server.newUser()
  await enterPassword(email)
  await page.getByRole('link', { name: 'Security key' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await saveRecoveryCode()
  await isBack()
  await context.clearCookies()
  await enterPassword(email)
  await page.getByRole('button', { name: 'Use security key' }).click()
  await isBack()
})

test('the device in hand is set up and used; when it does not recognise its owner there is another way', {
  skip: noChromium,
}, async () => {
  await open(true)
  const device = await addAuthenticator(page, 'device')
  const email = await server.newUser()
  await enterPassword(email)
  await page.getByRole('link', { name: 'Fingerprint' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  const recoveryCode = await saveRecoveryCode()
  await isBack()
  await context.clearCookies()
  await enterPassword(email)
  await page.getByRole('button', { name: 'Continue with this device' }).click()
  await isBack()
  await context.clearCookies()
  await device.setVerified(false)
  server.takeEvents()
  await enterPassword(email)
  await page.getByRole('button', { name: 'Continue with this device' }).click()
  assert.match((await page.getByRole('alert').textContent()) ?? '', /It was cancelled, or took too long/)
  assert.equal(server.takeEventsOf('gd_webauthn_challenge_failed').length, 1)
  await page.getByRole('link', { name: 'Try another way' }).click()
  await page.getByRole('link', { name: 'Recovery code' }).click()
  await page.getByLabel('Recovery code').fill(recoveryCode)
  await page.getByRole('button', { name: 'Continue' }).click()
  await saveRecoveryCode()
  await isBack()
})

test('without scripts the pages of keys and devices say what is missing', { skip: noChromium }, async () => {
  await open(false)
  await enterPassword(await server.newUser())
  await page.getByRole('link', { name: 'Security key' }).click()
  const explanation = page.locator('noscript p')
  await explanation.waitFor()
  assert.match((await explanation.textContent()) ?? '', /Browsers set up security keys only with JavaScript/)
  assert.equal(await page.getByRole('button').count(), 0, 'no button that would do nothing')
  await page.getByRole('link', { name: 'Set up something else' }).click()
  await page.getByRole('link', { name: 'Authenticator app' }).waitFor()
})

test('the pages fit a phone and keep the keyboard’s focus visible', { skip: noChromium }, async () => {
  await open(true)
  await enterPassword(await server.newUser())
  for (const link of ['Authenticator app', 'Security key', 'Fingerprint']) {
    await page.getByRole('link', { name: link }).click()
    const box = await page.locator('main').boundingBox()
    assert.ok(box && box.x >= 0 && box.x + box.width <= 360, `${link}: no sideways scrolling`)
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, link)
    await page.keyboard.press('Tab')
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
    assert.equal(outline, 'solid', link)
    await page.goBack()
  }
})
