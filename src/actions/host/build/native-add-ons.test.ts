import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { startRegistry } from '../../../../test/kit/npm-registry.ts'
import { describeAddOns } from './native-add-ons.ts'
import { createProgramBuilder } from './program-builder.ts'

const folder = mkdtempSync(join(tmpdir(), 'add-ons-'))
const registry = await startRegistry({
  compiled: {
    version: '5.1.1',
    files: { 'binding.gyp': '{}', 'index.js': "module.exports = require('fetch-binary')", 'lib/x.node': '' },
  },
  prebuilt: {
    version: '2.0.0',
    files: { 'index.js': 'exports.load = path => require(path)', 'prebuilds/linux-x64/a.node': '' },
  },
})
after(() => {
  registry.close()
  rmSync(folder, { recursive: true, force: true })
})
const build = createProgramBuilder({ cacheDir: join(folder, 'cache'), registry: registry.url, env: process.env })

const sentence = (name: string): string =>
  `${name} has a native add-on, which cannot run in the sandbox: use a package that is JavaScript alone`

test('a package with an add-on that cannot be bundled says so first', async () => {
  const built = await build('', [{ name: 'compiled', version: '5.1.1' }])
  assert.ok('errors' in built, 'it was built')
  assert.deepEqual(
    built.errors.map(({ msg }) => msg),
    [sentence('compiled@5.1.1'), 'Could not resolve "fetch-binary" (compiled/index.js)'],
  )
})

test('one that can be bundled may have a way without: the sentence is there for when it does not load', async () => {
  for (const when of ['fresh', 'kept']) {
    const built = await build('', [{ name: 'prebuilt', version: '2.0.0' }])
    assert.ok('program' in built, JSON.stringify(built))
    assert.deepEqual(built.addOns, [sentence('prebuilt@2.0.0')], when)
  }
})

test('add-ons are known by their recipe, by what was compiled, and by what their manifest says', async () => {
  const files = {
    'gyp/package.json': { version: '1.0.0' },
    'gyp/src/binding.gyp': {},
    '@scope/node/package.json': { version: '1.0.0' },
    '@scope/node/build/Release/x.node': {},
    'gypfile/package.json': { version: '1.0.0', gypfile: true },
    'napi/package.json': { version: '1.0.0', napi: { name: 'x' } },
    'headers/package.json': { version: '1.0.0', gypfile: false },
    'plain/package.json': { version: '1.0.0' },
    'plain/lib/package.json': { version: '9.9.9', gypfile: true },
    'plain/node_modules/nested/package.json': { version: '2.0.0' },
    'plain/node_modules/nested/binding.gyp': {},
    'broken/package.json': 1,
  }
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, 'installed', 'node_modules', name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(content))
  }
  assert.deepEqual(
    await describeAddOns(join(folder, 'installed')),
    ['@scope/node@1.0.0', 'gyp@1.0.0', 'gypfile@1.0.0', 'napi@1.0.0', 'nested@2.0.0'].map(sentence),
  )
})
