import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { test } from 'node:test'
import { ROOT } from './source-files.ts'
import { filesOf, PARTS } from './test.ts'
import { CLIENT_TESTS } from './test-clients.ts'

test('every test runs in one part of the suite and in no other', () => {
  const parts = [...Object.keys(PARTS).map(filesOf), globSync(CLIENT_TESTS, { cwd: ROOT })]
  for (const files of parts) assert.ok(files.length > 0)
  const exclude = (path: string): boolean => path.includes('node_modules')
  assert.deepEqual(
    parts.flat().toSorted(),
    globSync('{src,test,tools}/**/*.test.ts', { cwd: ROOT, exclude }).toSorted(),
  )
})

test('what is named for the oldest PostgreSQL is there, and no other name is a part', () => {
  assert.ok(filesOf('database').length > 20)
  assert.throws(() => filesOf('nothing'), {
    message: 'there is no part nothing: name most, sandbox, browser or database',
  })
})
