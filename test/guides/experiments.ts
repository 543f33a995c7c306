/** docs/guides/experiments.md. */

import assert from 'node:assert/strict'
import { followGuide, readGuide } from '../kit/guide-commands.ts'
import type { Chapter } from './chapter.ts'

export const experiments: Chapter = {
  title: 'the guide to experiments',
  prepare: async ({ folder }) => ({
    async follow(server) {
      await followGuide(readGuide('docs/guides/experiments.md'), {
        folder,
        instead: { 'npm start': () => assert.ok(server.issuer) },
      })
    },
  }),
}
