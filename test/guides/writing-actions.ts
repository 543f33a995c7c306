/** docs/guides/writing-actions.md. */

import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { followGuide, readGuide } from '../kit/guide-commands.ts'
import { startRegistry } from '../kit/npm-registry.ts'
import type { Chapter } from './chapter.ts'

export const WRITING_ACTIONS = 'docs/guides/writing-actions.md'

/** Enough of the package for the guide's one sentence. */
const MS = {
  version: '2.1.3',
  files: { 'index.js': `module.exports = text => parseInt(text, 10) * 3600000` },
}

export const writingActions: Chapter = {
  title: 'the guide to writing Actions',
  async prepare({ folder, lifetime }) {
    const registry = await startRegistry({ ms: MS })
    lifetime.after(async () => registry.close())
    const environment = { npm_config_registry: registry.url }
    return {
      variables: environment,
      async follow(server) {
        await followGuide(readGuide(WRITING_ACTIONS), {
          folder,
          environment: { ...environment, TMPDIR: mkdtempSync(join(folder, 'tmp-')) },
          replace: { 'http://localhost:3000': server.issuer.replace(/\/$/, '') },
          instead: { 'npm start': () => assert.ok(server.issuer) },
        })
      },
    }
  },
}
