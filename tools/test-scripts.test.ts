import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CLIENT_TESTS } from './test-clients.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> } // npm's own file

const filesOf = (script: string): string[] =>
  [...(scripts[script] ?? '').matchAll(/"([^"]+)"/g)].flatMap(([, pattern = '']) => globSync(pattern, { cwd: ROOT }))

test('every test runs in one part of the suite and in no other', () => {
  assert.equal(scripts.test, 'npm run test:most && npm run test:sandbox')
  const run = [...filesOf('test:most'), ...filesOf('test:sandbox'), ...globSync(CLIENT_TESTS, { cwd: ROOT })]
  const exclude = (path: string): boolean => path.includes('node_modules')
  assert.deepEqual(run.toSorted(), globSync('{src,test,tools}/**/*.test.ts', { cwd: ROOT, exclude }).toSorted())
})

test('what is named for the oldest PostgreSQL is there', () => {
  for (const [, pattern = ''] of (scripts['test:database'] ?? '').matchAll(/"([^"]+)"/g)) {
    assert.ok(globSync(pattern, { cwd: ROOT }).length > 0, pattern)
  }
})
