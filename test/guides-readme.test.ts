/** README.md: its quickstart does what it says. */

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { followGuide, layOutFolder, readGuide } from './kit/guide-commands.ts'
import { startTestServer, temporaryDirectory } from './kit/server.ts'

test('the quickstart of the README does what it says', async () => {
  const folder = temporaryDirectory()
  const server = await startTestServer()
  try {
    layOutFolder(folder, server.dataDir)
    await followGuide(readGuide('README.md', '## Quickstart'), {
      folder,
      replace: { 'http://localhost:3000': server.issuer.replace(/\/$/, '') },
      instead: { 'npm start': () => assert.ok(server.issuer) },
    })
    // The quickstart's curl succeeds whatever the server answers: what there is in the end shows whether all calls did.
    const api = await server.api()
    const { experiments } = await api.call<{ experiments: { name: string }[] }>(
      'GET',
      'experimentation/experiments?status=active',
    )
    assert.deepEqual(
      experiments.map(({ name }) => name),
      ['passkey-rollout'],
    )
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
