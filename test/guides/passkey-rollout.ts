/** docs/guides/passkey-rollout.md; the one thing done by hand included. */

import assert from 'node:assert/strict'
import { answerEnrollment } from '../../src/cli/demo/enrollment-page.ts'
import { followGuide, readGuide } from '../kit/guide-commands.ts'
import type { TestServer } from '../kit/server.ts'
import type { Chapter } from './chapter.ts'

/** The reader opens the address, signs up and creates a passkey. */
const createPasskey = async (server: TestServer, address: string): Promise<void> => {
  const browser = server.browser()
  const signUp = await browser.open(new URL(address.trim()))
  const page = await browser.submit(signUp, { email: 'reader@example.com', password: 'a long enough passphrase' })
  assert.equal(page.url.pathname, '/u/passkey-enrollment')
  const end = await browser.submit(page, answerEnrollment(page, true))
  assert.ok(end.url.searchParams.has('code'), end.url.href)
}

export const passkeyRollout: Chapter = {
  title: 'the guide to the passkey rollout',
  prepare: async ({ folder }) => ({
    async follow(server) {
      await followGuide(readGuide('docs/guides/passkey-rollout.md'), {
        folder,
        instead: { 'npm start': () => assert.ok(server.issuer) },
        byHand: {
          'authorize "&screen_hint=signup&experiment_id=$EXPERIMENT&variation_id=$TREATMENT"': address =>
            createPasskey(server, address),
        },
      })
    },
  }),
}
