/** The tutorial's treatment in a real browser, against a whole server: Action, enrollment page, log, and the login after it. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type ActionsTenant, type Logged, startActionsTenant } from '../kit/actions-tenant.ts'
import { launchChromium, noChromium } from '../kit/chromium.ts'
import { listenForComplaints } from '../kit/complaints.ts'
import { createExperiment, type TestExperiment } from '../kit/experiment.ts'
import { addAuthenticator } from '../kit/virtual-authenticator.ts'

/** What the tutorial's reader writes: treatment is sent to the enrollment page with the ids of the experiment. */
const CODE = `
exports.onExecutePostLogin = async (event, api) => {
  const ec = event.experiment
  if (!ec || ec.config.show_passkey_prompt.value !== true) return
  if (event.authentication.methods.some(({ name }) => name === 'passkey')) return
  api.redirect.sendUserTo(event.secrets.PAGE, {
    query: { experiment_id: ec.experiment_id, variation_id: ec.variation_id },
  })
}
exports.onContinuePostLogin = async (event, api) => {
  api.idToken.setCustomClaim('https://example.com/continued', true)
}`

const PASSWORD = 'correct horse'

let tenant: ActionsTenant
let experiment: TestExperiment
let chromium: Browser

before(async () => {
  if (noChromium) return
  tenant = await startActionsTenant()
  experiment = await createExperiment(tenant.api, { treatmentWeight: 50 })
  const PAGE = `${tenant.server.issuer}u/passkey-enrollment`
  await tenant.bind('post-login', { code: CODE, secrets: [{ name: 'PAGE', value: PAGE }] })
  chromium = await launchChromium()
})

after(async () => {
  await chromium?.close()
  await tenant?.close()
})

const address = (variation: string, parameters: Record<string, string> = {}): string =>
  tenant.authorize({ experiment_id: experiment.experiment, variation_id: variation, ...parameters }).url.href

const openPage = async (): Promise<Page> =>
  (await chromium.newContext({ viewport: { width: 360, height: 740 } })).newPage()

const signUp = async (page: Page, email: string): Promise<void> => {
  await page.getByRole('link', { name: 'Sign up' }).click()
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Continue' }).click()
}

const isBack = (page: Page) => page.getByRole('heading', { name: 'You are logged in' }).waitFor()

const newEmail = (): string => `${randomBytes(6).toString('hex')}@example.com`

const ofType = (events: readonly Logged[], type: string): Logged | undefined =>
  events.find(event => event.type === type)

const variationOf = (event: Logged | undefined): unknown =>
  (event?.details.experiment as { variation_id?: string } | undefined)?.variation_id

test('treatment creates a passkey on the page and logs in with it; the log joins both to the variation', {
  skip: noChromium,
}, async () => {
  const page = await openPage()
  const complaints = listenForComplaints(page)
  const device = await addAuthenticator(page, 'device')
  await page.goto(address(experiment.treatment))
  await tenant.events()
  await signUp(page, newEmail())
  await page.waitForURL(`**/u/passkey-enrollment?*variation_id=${experiment.treatment}*`)
  await page.getByRole('button', { name: 'Create a passkey' }).click()
  await isBack(page)
  assert.equal(await device.countCredentials(), 1)
  const events = await tenant.events()
  const completed = ofType(events, 'gd_enrollment_complete')
  const ids = { experiment_id: experiment.experiment, variation_id: experiment.treatment }
  assert.deepEqual(completed?.details.request, { query: ids })
  assert.equal(variationOf(completed), experiment.treatment)
  assert.equal(variationOf(ofType(events, 's')), experiment.treatment)
  assert.equal(ofType(events, 's')?.details.transaction_id, completed?.details.transaction_id)

  await page.context().clearCookies()
  await page.goto(address(experiment.treatment))
  await isBack(page)
  const login = ofType(await tenant.events(), 's')
  assert.match(JSON.stringify(login?.details.prompts), /"performed_amr":\["phr"\]/)
  assert.deepEqual(complaints, [])
})

test('treatment may decline, which is logged; control sees nothing of it', { skip: noChromium }, async () => {
  const page = await openPage()
  await page.goto(address(experiment.treatment))
  await tenant.events()
  await signUp(page, newEmail())
  await page.getByRole('button', { name: 'Not now' }).click()
  await isBack(page)
  const declined = ofType(await tenant.events(), 'passkey_enrollment_declined')
  assert.equal(declined?.details.choice, 'not_now')
  assert.equal(variationOf(declined), experiment.treatment)

  const other = await openPage()
  await other.goto(address(experiment.control))
  await signUp(other, newEmail())
  await isBack(other)
  const events = await tenant.events()
  assert.equal(variationOf(ofType(events, 's')), experiment.control)
  assert.equal(ofType(events, 'gd_start_enroll'), undefined)
})
