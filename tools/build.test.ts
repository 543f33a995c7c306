/** What the build does to one file; `package.test.ts` is about the whole. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toJavaScript } from './build.ts'

const SHIPPED = new Set(['src/a/x.ts', 'src/a/y.ts', 'src/z.ts'])

const build = (text: string): string => toJavaScript('src/a/x.ts', text, SHIPPED)

test('every way to name a source becomes the way to its JavaScript', () => {
  for (const [source, built] of [
    ["import { y } from './y.ts'", "import { y } from './y.js'"],
    ["import '../z.ts'", "import '../z.js'"],
    ["await import('./y.ts')", "await import('./y.js')"],
    ["require('./y.ts')", "require('./y.js')"],
    ["new URL('../z.ts', import.meta.url)", "new URL('../z.js', import.meta.url)"],
  ] as const)
    assert.equal(build(source), built)
})

test('what is no path of a source stays as it is', () => {
  for (const text of ["file.endsWith('.ts')", "const text = 'see z.ts'", "const types = './y.d.ts'"])
    assert.equal(build(text), text)
})

test('a statement keeps its line and column, so that a stack names the place in the source', () => {
  const source = 'interface A {\n  readonly b: string\n}\nconst c = (a: A): string => a.b; throw c\n'
  const built = build(source)
  assert.equal(built.indexOf('throw'), source.indexOf('throw'))
  assert.doesNotMatch(built, /interface|: A|: string/)
})

test('a source that needs what is not shipped is not built', () => {
  assert.throws(() => build("import { check } from './y-contract.ts'"), /src\/a\/x\.ts needs \.\/y-contract\.ts/)
})

test('a type of what is not shipped costs nothing', () => {
  assert.equal(build("import type { B } from './b.test.ts'").trim(), '')
})
