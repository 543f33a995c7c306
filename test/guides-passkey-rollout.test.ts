/** docs/guides/passkey-rollout.md, followed from its first command to its last; the one thing done by hand included. */

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { answerEnrollment } from '../src/cli/demo/enrollment-page.ts'
import { followGuide, layOutFolder, readGuide } from './kit/guide-commands.ts'
import { startTestServer, type TestServer, temporaryDirectory } from './kit/server.ts'

let folder = ''
let server: TestServer

before(async () => {
  folder = temporaryDirectory()
  server = await startTestServer()
  layOutFolder(folder, server.dataDir)
})

after(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Somebody opens the address, signs up and creates a passkey. */
const createPasskey = async (address: string): Promise<void> => {
  const browser = server.browser()
  const signUp = await browser.open(new URL(address.trim()))
  const page = await browser.submit(signUp, { email: 'reader@example.com', password: 'a long enough passphrase' })
  assert.equal(page.url.pathname, '/u/passkey-enrollment')
  const end = await browser.submit(page, answerEnrollment(page, true))
  assert.ok(end.url.searchParams.has('code'), end.url.href)
}

test('the guide to the passkey rollout does what it says', async () => {
  await followGuide(readGuide('docs/guides/passkey-rollout.md'), {
    folder,
    instead: { 'npm start': () => assert.ok(server.issuer) },
    byHand: { 'authorize "&screen_hint=signup&experiment_id=$EXPERIMENT&variation_id=$TREATMENT"': createPasskey },
  })
})
