import assert from 'node:assert/strict'
import { test } from 'node:test'
import { basenameProblems, exportProblems } from './check-names.ts'

const file = (path: string, text = '') => ({ path, text })

test('two files of one name are a problem, the table of a folder is not', () => {
  assert.deepEqual(basenameProblems([file('src/a/x.ts'), file('src/b/x.ts'), file('src/c/y.ts')]), [
    'x.ts is the name of 2 files: src/a/x.ts, src/b/x.ts',
  ])
  assert.deepEqual(basenameProblems([file('src/a/index.ts'), file('src/b/index.ts')]), [])
})

test('one exported name with two definitions is a problem, a type as well as a function', () => {
  assert.deepEqual(
    exportProblems([
      file('src/a.ts', 'export const open = 1\n'),
      file('src/b.ts', 'export interface open {}\n'),
      file('src/c.ts', 'const open = 1\nexport const close = 2\n'),
    ]),
    ['open is exported by 2 files: src/a.ts, src/b.ts'],
  )
})

test('two overloads in one file are one definition', () => {
  assert.deepEqual(
    exportProblems([file('src/a.ts', 'export function f(a: string): void\nexport function f(a: number): void\n')]),
    [],
  )
})

test('a family that is a table of modules repeats its exports only in its own folder', () => {
  const text = 'export const sql = ""\n'
  assert.deepEqual(exportProblems([file('src/m/migrations/1-a.ts', text), file('src/m/migrations/2-b.ts', text)]), [])
  assert.equal(exportProblems([file('src/x.ts', text), file('src/y.ts', text)]).length, 1)
})
