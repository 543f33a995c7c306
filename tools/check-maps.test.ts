import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadPaths, missingFolders } from './check-maps.ts'

test('a folder that the map does not name is a problem', () => {
  assert.deepEqual(missingFolders('| `src/a/` | x |\n| `docs/` | y |', ['a', 'b'], ['src', 'docs', 'bench']), [
    'README.md: the map of the code omits src/b/',
    'README.md: the map of the code omits bench/',
  ])
})

test('a path that is not there is a problem, a pattern is not', () => {
  const text = 'See `src/a.ts`, `src/gone.ts` and `src/<noun>/x.ts`.'
  assert.deepEqual(
    deadPaths('CONTRIBUTING.md', text, path => path === 'src/a.ts'),
    ['CONTRIBUTING.md: there is no src/gone.ts'],
  )
})
