import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { TRIGGERS } from '../triggers/index.ts'
import { declarationFile, declarationsOf } from './declarations.ts'

/** Without what a formatter moves about. */
const bare = (text: string): string => text.replace(/[\s,;|]+/g, ' ').replace(/ ?([(){}<>:?]) ?/g, '$1')

for (const trigger of Object.values(TRIGGERS)) {
  test(`the declarations of ${trigger.id} are what the table says`, () => {
    const message = 'they are stale: run node src/actions/contract/types/declarations.ts and format them'
    assert.equal(bare(readFileSync(declarationFile(trigger), 'utf8')), bare(declarationsOf(trigger)), message)
  })
}
