import assert from 'node:assert/strict'
import { test } from 'node:test'
import { borderProblems, roomProblems } from './check-rooms.ts'

const file = (path: string, ...imports: readonly string[]) => ({
  path,
  text: imports.map(specifier => `import { x } from '${specifier}'\n`).join(''),
})

test('an import that runs up the order of rooms is a problem, one that runs down is not', () => {
  assert.deepEqual(roomProblems([file('src/login/http/reply.ts', '../pages/render.ts')]), [
    'src/login/http/reply.ts runs up to src/login/pages/render.ts',
  ])
  assert.deepEqual(roomProblems([file('src/login/pages/render.ts', '../http/reply.ts')]), [])
})

test('a room that the order does not name is a problem', () => {
  assert.deepEqual(roomProblems([file('src/login/attic/box.ts', '../http/reply.ts')]), [
    'src/login/attic is in no order of rooms; add it',
  ])
})

test('two rooms that import each other are a problem in every layer, over a third room too', () => {
  const ring = [
    file('src/logs/a/one.ts', '../b/two.ts'),
    file('src/logs/b/two.ts', '../c/three.ts'),
    file('src/logs/c/three.ts', '../a/other.ts'),
  ]
  assert.equal(roomProblems(ring).length, 3)
  assert.deepEqual(roomProblems(ring.slice(0, 2)), [])
})

test('the root of a layer is a room: what a room imports from it must not import the room', () => {
  assert.equal(
    roomProblems([file('src/logs/entry.ts', './a/one.ts'), file('src/logs/a/one.ts', '../entry.ts')]).length,
    2,
  )
})

test('the code beside the author has nothing of Node and nothing of the other processes', () => {
  assert.deepEqual(borderProblems([file('src/actions/isolate/timers.ts', 'node:fs', '../contract/limits.ts')]), [
    "src/actions/isolate/timers.ts: nothing of Node is there beside the author's code (node:fs)",
  ])
  assert.deepEqual(borderProblems([file('src/actions/isolate/timers.ts', '../host/runner.ts')]), [
    'src/actions/isolate/timers.ts crosses the border to src/actions/host/runner.ts',
  ])
})

test('the child knows types of the isolate and nothing of the host', () => {
  const types = { path: 'src/actions/child/bridge.ts', text: "import type { X } from '../isolate/bridge.ts'\n" }
  assert.deepEqual(borderProblems([types]), [])
  assert.equal(borderProblems([file('src/actions/child/bridge.ts', '../isolate/bridge.ts')]).length, 1)
  assert.equal(borderProblems([file('src/actions/child/bridge.ts', '../host/pool/pool.ts')]).length, 1)
})
