import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBrowser } from '../../../test/kit/browser.ts'
import { startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty } from '../../../test/kit/relying-party.ts'
import { createSecretBox } from '../../base/secret-box.ts'
import { createBoundActions } from './bound-actions.ts'
import type { LoginActions } from './login-actions.ts'

test('logins of a tenant without Actions read its bindings once and never reach the sandbox', async () => {
  let reads = 0
  let runs = 0
  const actions: LoginActions = {
    runner: {
      run: () => {
        runs += 1
        return Promise.reject(new TypeError('nothing is bound'))
      },
    },
    bound: {
      current: () => {
        throw new TypeError('replaced below')
      },
      refresh: async () => {},
      invalidate: () => {},
    },
    placeOf: () => ({}),
  }
  await using server = await startLoginServer({ actions })
  const bound = createBoundActions({
    db: server.database.db.withPlugin({
      transformQuery: ({ node }) => {
        reads += 1
        return node
      },
      transformResult: async ({ result }) => result,
    }),
    secretBox: createSecretBox(new Uint8Array(32)),
    onError: error => assert.fail(String(error)),
  })
  Object.assign(actions, { bound })
  const party = createRelyingParty(server)
  const browser = createBrowser(server.issuer)
  await party.logIn(browser)
  const first = reads
  assert.equal(first, 3, 'one read for each trigger')
  await party.logIn(browser)
  await party.logIn(browser, { prompt: 'none' })
  assert.deepEqual([reads, runs], [first, 0])
})
