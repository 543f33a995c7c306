import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findCycles } from './check-layers.ts'

test('a cycle is found even when one of its imports is type-only', () => {
  const cycles = findCycles([
    { path: 'src/a.ts', text: "import { b } from './b.ts'" },
    { path: 'src/b.ts', text: "import type { C } from './c.ts'" },
    { path: 'src/c.ts', text: "import { a } from './a.ts'" },
  ])
  assert.deepEqual(cycles, ['src/a.ts → src/b.ts → src/c.ts → src/a.ts'])
})

test('a file that two others import is no cycle', () => {
  assert.deepEqual(
    findCycles([
      { path: 'src/a.ts', text: "import './b.ts'\nimport './c.ts'" },
      { path: 'src/b.ts', text: "import './c.ts'" },
      { path: 'src/c.ts', text: '' },
    ]),
    [],
  )
})
