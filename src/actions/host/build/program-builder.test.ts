import assert from 'node:assert/strict'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { postLogin, runOne, startRunner } from '../../../../test/kit/action-runner.ts'
import { startRegistry } from '../../../../test/kit/npm-registry.ts'
import { openDirectory } from '../../../../test/kit/open-directory.ts'
import { type BuiltProgram, createProgramBuilder } from './program-builder.ts'

const folder = openDirectory('actions-')
const marker = join(folder, 'script-ran')
const secret = join(folder, 'secret.json')
writeFileSync(secret, '{"secret":"of the server"}')

const registry = await startRegistry({
  adder: {
    version: '1.2.3',
    manifest: {
      main: 'index.js',
      dependencies: { base: '^2.0.0' },
      scripts: { preinstall: `touch ${marker}`, install: `touch ${marker}`, postinstall: `touch ${marker}` },
    },
    files: {
      'index.js': "exports.add = (a, b) => require('base').base + a + b",
      'lib/name.js': "module.exports = 'a file inside'",
    },
  },
  base: { version: '2.1.0', files: { 'index.js': 'exports.base = 100' } },
  '@scope/hash': {
    version: '0.1.0',
    files: {
      'index.js': "exports.hash = x => require('crypto').createHash('sha256').update(x).digest('hex').slice(0, 8)",
    },
  },
  spy: { version: '1.0.0', files: { 'index.js': `module.exports = require(${JSON.stringify(secret)})` } },
  climber: { version: '1.0.0', files: { 'index.js': "module.exports = require('../../../../secret.json')" } },
  crasher: { version: '1.0.0', files: { 'index.js': `x = ${'['.repeat(1_000_000)}` } },
  cloner: {
    version: '1.0.0',
    manifest: { dependencies: { other: 'git+https://example.com/other.git' } },
    files: { 'index.js': '' },
  },
  reader: { version: '1.0.0', files: { 'index.js': "exports.read = () => require('fs').readFileSync('/etc/passwd')" } },
  huge: { version: '1.0.0', files: { 'index.js': `module.exports = ${JSON.stringify('x'.repeat(5_100_000))}` } },
})
after(() => {
  registry.close()
  rmSync(folder, { recursive: true, force: true })
})

const workDir = join(folder, 'cache', 'work')
const build = createProgramBuilder({
  cacheDir: join(folder, 'cache'),
  workDir,
  registry: registry.url,
  env: process.env,
})
const runner = startRunner()

const programOf = (built: BuiltProgram): string =>
  'program' in built ? built.program : assert.fail(JSON.stringify(built))

const messageOf = (built: BuiltProgram): string =>
  'errors' in built ? (built.errors[0]?.msg ?? '') : assert.fail('it was built')

test('an Action requires what was bundled for it, and what that requires', async () => {
  const code = postLogin(
    "console.log(require('adder').add(1, 2), require('adder/lib/name.js'), require('@scope/hash').hash('x'))",
  )
  const built = await build(code, [
    { name: 'adder', version: '^1.0.0' },
    { name: '@scope/hash', version: '' },
  ])
  assert.ok('program' in built, JSON.stringify(built))
  assert.deepEqual(built.dependencies, [
    { name: 'adder', version: '1.2.3' },
    { name: '@scope/hash', version: '0.1.0' },
  ])
  const report = await runOne(runner, built.program)
  assert.equal(report.logs.text, '103 a file inside 2d711642')
})

test('scripts of packages never run', () => {
  assert.equal(existsSync(marker), false)
})

test('positions in errors are those of the code as it was written', async () => {
  const built = await build(postLogin("\n  require('base').nothing()"), [{ name: 'base', version: '2.1.0' }])
  const { result } = await runOne(runner, programOf(built))
  assert.ok(result.kind === 'error')
  assert.match(result.error.stack ?? '', /action\.js:3:19/)
})

test('exact versions that were bundled before are not fetched again', async () => {
  const dependencies = [{ name: 'base', version: '2.1.0' }]
  await build('', dependencies)
  const before = registry.requests.length
  assert.equal(programOf(await build('', dependencies)).length > 100, true)
  assert.equal(registry.requests.length, before)
})

test('code without dependencies is its own program', async () => {
  assert.deepEqual(await build('code', []), { program: 'code', dependencies: [] })
})

test('what the registry does not have is named', async () => {
  assert.match(
    messageOf(await build('', [{ name: 'nowhere', version: '1.0.0' }])),
    /nowhere@1\.0\.0 is not in the registry/,
  )
  assert.match(
    messageOf(await build('', [{ name: 'base', version: '9.9.9' }])),
    /No matching version found for base@9\.9\.9/,
  )
})

test('a registry that is away, and an npm that is not there, are problems with a reason', async () => {
  const away = createProgramBuilder({
    cacheDir: join(folder, 'away'),
    workDir,
    registry: 'http://127.0.0.1:9/',
    env: process.env,
  })
  assert.match(
    messageOf(await away('', [{ name: 'base', version: '1.0.0' }])),
    /the registry could not be used \(ECONNREFUSED\)/,
  )
  const none = createProgramBuilder({ cacheDir: join(folder, 'none'), workDir, npm: '/nonexistent/npm', env: {} })
  assert.match(messageOf(await none('', [{ name: 'base', version: '1.0.0' }])), /npm could not be started/)
})

test('a package cannot bundle a file of the server', async () => {
  for (const name of ['spy', 'climber']) {
    const message = messageOf(await build('', [{ name, version: '1.0.0' }]))
    assert.match(message, /lies outside of the package|Could not resolve/, name)
    assert.doesNotMatch(message, /of the server/)
  }
})

test('a package that brings the bundler down takes nothing else along', async () => {
  assert.match(messageOf(await build('', [{ name: 'crasher', version: '1.0.0' }])), /could not be bundled|service/i)
  assert.ok('program' in (await build('', [{ name: 'base', version: '^2.0.0' }])))
})

test('a package that wants a repository does not get it', async () => {
  assert.match(
    messageOf(await build('', [{ name: 'cloner', version: '1.0.0' }])),
    /only packages of the registry are installed/,
  )
})

test('a program that is too large is refused', async () => {
  assert.match(messageOf(await build('', [{ name: 'huge', version: '1.0.0' }])), /more than 5000000 bytes/)
})

test('a module of Node that Actions do not have is missing when it is used, not before', async () => {
  const built = await build(postLogin("const r = require('reader'); console.log('loaded'); r.read()"), [
    { name: 'reader', version: '1.0.0' },
  ])
  const report = await runOne(runner, programOf(built))
  assert.equal(report.logs.text, 'loaded')
  assert.ok(report.result.kind === 'error' && report.result.error.code === 'MODULE_NOT_FOUND')
})

test('nothing that was fetched stays behind beside the bundles', () => {
  assert.deepEqual(readdirSync(workDir), [])
})
