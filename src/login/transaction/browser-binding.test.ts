import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../base/random.ts'
import { createBrowserSecret, isSameBrowser, parseBrowserSecret, toBrowserHash } from './browser-binding.ts'

const secret = createBrowserSecret(systemRandom)

test('a browser is recognised by its secret', () => {
  assert.equal(isSameBrowser(secret, toBrowserHash(secret)), true)
})

test('another browser, none, or a malformed cookie is not', () => {
  const hash = toBrowserHash(secret)
  for (const cookie of [undefined, '', createBrowserSecret(systemRandom), `${secret}1`, hash, '0'.repeat(32)])
    assert.equal(isSameBrowser(cookie, hash), false)
  assert.equal(isSameBrowser(secret, ''), false)
  assert.equal(parseBrowserSecret('O'.repeat(32)), undefined)
})
