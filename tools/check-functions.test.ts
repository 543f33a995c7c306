import assert from 'node:assert/strict'
import { test } from 'node:test'
import { functionLengths } from './check-functions.ts'

const body = (lines: number): string => Array.from({ length: lines - 2 }, (_, at) => `  call(${at})`).join('\n')

test('a function is as long as from its signature to its last brace', () => {
  assert.deepEqual(functionLengths('a.ts', `function f() {\n${body(5)}\n}\n`), [{ line: 1, lines: 5 }])
})

test('no way of writing a signature hides a body', () => {
  const ways = {
    declaration: `export async function f(\n  a: string,\n) {\n${body(3)}\n}`,
    arrow: `export const f = <T>(\n  a: T,\n): T => {\n${body(3)}\n}`,
    method: `export const o = {\n  async f(\n    a: string,\n  ) {\n${body(3)}\n  },\n}`,
    'class method': `export class C {\n  f(\n    a: string,\n  ) {\n${body(3)}\n  }\n}`,
    curried: `export const f =\n  (a: string) =>\n  async (b: string) => {\n${body(3)}\n  }`,
  }
  for (const [way, text] of Object.entries(ways)) {
    assert.ok(Math.max(...functionLengths('a.ts', text).map(({ lines }) => lines)) >= 3, way)
  }
})

test('a closure counts what it encloses', () => {
  const text = `const outer = () => {\n  const inner = () => {\n    call()\n  }\n  return inner\n}\n`
  assert.deepEqual(
    functionLengths('a.ts', text).map(({ lines }) => lines),
    [6, 3],
  )
})

test('an expression has no body to count', () => {
  assert.deepEqual(functionLengths('a.ts', 'export const f = (a: number) => a + 1\n'), [])
})
