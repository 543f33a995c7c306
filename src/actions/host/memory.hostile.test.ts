/** Actions that eat memory: none takes the server along, and the one that did it is named. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { postLogin, runOne, startRunner } from '../../../test/kit/action-runner.ts'

const runner = startRunner({ cpuMs: 400 })

/** Bodies of handlers that ask for ever more. */
const BOMBS: Record<string, string> = {
  arrays: 'const a = []; for (;;) a.push(new Array(1000).fill(1))',
  'a chain of objects': 'let o = null; for (;;) o = { o }',
  'a map': 'const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })',
  'a set of strings': 'const s = new Set(); for (let i = 0; ; i++) s.add("x" + i)',
  'big integers': 'let b = 1n; for (;;) b = (b << 100000n) | b',
  'many big integers': 'const a = []; for (;;) a.push(2n ** 1000000n)',
  'strings that are split': 'const a = []; for (;;) a.push("x".repeat(1e6).split("").join("y"))',
  'long strings': 'const a = []; for (;;) a.push("x".repeat(2 ** 28) + a.length)',
  'filled arrays': 'const a = []; for (;;) a.push(new Array(2 ** 24).fill(7))',
  'array buffers': 'const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))',
  'one huge buffer': 'new Uint8Array(4e9)',
  'a spread': 'const a = [...Array(1e8)]',
  'JSON texts': 'const s = "[" + "1,".repeat(4e6) + "1]"; const a = []; for (;;) a.push(JSON.parse(s))',
  closures: 'const a = []; for (;;) { const b = new Array(100); a.push(() => b) }',
  promises: 'const a = []; for (;;) a.push(new Promise(() => {}))',
  'generated code': 'const a = []; for (let i = 0; ; i++) a.push(new Function("return " + i))',
  symbols: 'const o = {}; for (;;) o[Symbol("x".repeat(100))] = 1',
  'regular expressions': 'const a = []; for (let i = 0; ; i++) a.push(new RegExp("a".repeat(1000) + i))',
  Buffers: 'const a = []; for (;;) a.push(Buffer.alloc(1e6, 1))',
  'encoded text': 'const a = []; const s = "é".repeat(5e5); for (;;) a.push(new TextEncoder().encode(s))',
  'cloned objects': 'let o = { a: "x".repeat(1000) }; for (;;) o = { o, c: structuredClone(o) }',
}

const FAILED = new Set(['memory', 'timeout', 'error'])

for (const [what, body] of Object.entries(BOMBS)) {
  test(`a bomb of ${what} fails by itself, and the next call is served`, async () => {
    const before = process.memoryUsage.rss()
    const { result } = await runOne(runner, postLogin(body), { budgetMs: 6000 })
    assert.ok(FAILED.has(result.kind), JSON.stringify(result))
    assert.equal((await runOne(runner, postLogin(''))).result.kind, 'ok')
    assert.ok(process.memoryUsage.rss() - before < 100e6, 'the parent has not grown')
  })
}

for (const [what, expression] of Object.entries({
  WebAssembly: 'typeof WebAssembly',
  SharedArrayBuffer: 'typeof SharedArrayBuffer',
  Atomics: 'typeof Atomics',
  'resizing of a buffer': 'typeof new ArrayBuffer(8, { maxByteLength: 1e9 }).resize',
  'transfer of a buffer': 'typeof new ArrayBuffer(8).transfer',
})) {
  test(`${what} is not there`, async () => {
    assert.equal((await runOne(runner, postLogin(`console.log(${expression})`))).logs.text, 'undefined')
  })
}
