/** README.md: its quickstart does what it says; the one thing done by hand included. */

import assert from 'node:assert/strict'
import { followGuide, readGuide } from '../kit/guide-commands.ts'
import type { TestServer } from '../kit/server.ts'
import type { Chapter } from './chapter.ts'

const ADDRESS =
  'echo "$BASE/authorize?client_id=$(cred app.client_id)&response_type=code&scope=openid%20profile%20email&redirect_uri=$(cred \'app.callbacks[0]\')"'

/** The reader opens the address and logs in as the administrator. */
const logIn = async (server: TestServer, address: string): Promise<void> => {
  const browser = server.browser()
  const page = await browser.open(new URL(address.trim()))
  const { email: username, password } = server.credentials.admin
  const end = await browser.submit(page, { username, password })
  assert.ok(end.url.searchParams.has('code'), end.url.href)
}

export const quickstart: Chapter = {
  title: 'the quickstart of the README',
  prepare: async ({ folder }) => ({
    async follow(server) {
      await followGuide(readGuide('README.md', '## Quickstart'), {
        folder,
        replace: { 'http://localhost:3000': server.issuer.replace(/\/$/, '') },
        instead: { 'npm start': () => assert.ok(server.issuer) },
        byHand: { [ADDRESS]: address => logIn(server, address) },
      })
    },
  }),
}
