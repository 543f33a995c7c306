/** docs/guides/writing-actions.md, followed from its first command to its last. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ERROR_CLASS } from '../src/actions/contract.ts'
import { TRIGGERS } from '../src/actions/triggers/index.ts'
import { followGuide, layOutFolder, readGuide } from './kit/guide-commands.ts'
import { startRegistry } from './kit/npm-registry.ts'
import { startTestServer, type TestServer, temporaryDirectory } from './kit/server.ts'

const GUIDE = 'docs/guides/writing-actions.md'

/** Enough of the package for the guide's one sentence. */
const MS = {
  version: '2.1.3',
  files: { 'index.js': `module.exports = text => parseInt(text, 10) * 3600000` },
}

let folder = ''
let server: TestServer
let registry: Awaited<ReturnType<typeof startRegistry>>

before(async () => {
  folder = temporaryDirectory()
  registry = await startRegistry({ ms: MS })
  server = await startTestServer({ npm_config_registry: registry.url })
  layOutFolder(folder, server.dataDir)
})

after(async () => {
  await server?.close()
  registry?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the guide to writing Actions does what it says', async () => {
  await followGuide(readGuide(GUIDE), {
    folder,
    environment: { npm_config_registry: registry.url, TMPDIR: mkdtempSync(join(folder, 'tmp-')) },
    instead: { 'npm start': () => assert.ok(server.issuer) },
  })
})

test('the guide names every class of failures and the declarations of every trigger', () => {
  const text = readFileSync(new URL(`../${GUIDE}`, import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `(\w+)` \| .* \|$/gm)].map(([, name]) => name).slice(1)
  assert.deepEqual(rows.toSorted(), [...new Set(Object.values(ERROR_CLASS))].toSorted())
  for (const { id, apiType } of Object.values(TRIGGERS)) {
    assert.ok(text.includes(`experiment-center/actions/${id}`), id)
    assert.ok(text.includes(apiType.replace(/Api$/, 'Handler')), id)
  }
})
