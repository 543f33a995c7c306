/** A newcomer follows the README and every guide, one after another, in one tenant. */

import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { ERROR_CLASS } from '../../src/actions/contract/contract.ts'
import { TRIGGERS } from '../../src/actions/contract/triggers/index.ts'
import { layOutFolder } from '../kit/guide-commands.ts'
import { startTestServer, type TestServer, temporaryDirectory } from '../kit/server.ts'
import type { Chapter, Prepared } from './chapter.ts'
import { experiments } from './experiments.ts'
import { passkeyRollout } from './passkey-rollout.ts'
import { quickstart } from './quickstart.ts'
import { streamingLogs } from './streaming-logs.ts'
import { WRITING_ACTIONS, writingActions } from './writing-actions.ts'

/** In the order in which the README names them. */
const CHAPTERS: readonly Chapter[] = [quickstart, writingActions, experiments, streamingLogs, passkeyRollout]

let folder = ''
let server: TestServer
const prepared = new Map<Chapter, Prepared>()
const closing: (() => Promise<unknown>)[] = []

before(async () => {
  folder = temporaryDirectory()
  const lifetime = { after: (stop: () => Promise<unknown>) => closing.unshift(stop) }
  for (const chapter of CHAPTERS) prepared.set(chapter, await chapter.prepare({ folder, lifetime }))
  server = await startTestServer(Object.assign({}, ...[...prepared.values()].map(({ variables }) => variables)))
  layOutFolder(folder, server.dataDir)
})

after(async () => {
  await server?.close()
  for (const stop of closing) await stop()
  rmSync(folder, { recursive: true, force: true })
})

for (const chapter of CHAPTERS) {
  test(`${chapter.title} does what it says, after those before it`, () => prepared.get(chapter)?.follow(server))
}

test('the guide to Actions names every class of failures and the declarations of every trigger', () => {
  const text = readFileSync(new URL(`../../${WRITING_ACTIONS}`, import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `(\w+)` \| .* \|$/gm)].map(([, name]) => name).slice(1)
  assert.deepEqual(rows.toSorted(), [...new Set(Object.values(ERROR_CLASS))].toSorted())
  for (const { id, apiType } of Object.values(TRIGGERS)) {
    assert.ok(text.includes(`experiment-center/actions/${id}`), id)
    assert.ok(text.includes(apiType.replace(/Api$/, 'Handler')), id)
  }
})
