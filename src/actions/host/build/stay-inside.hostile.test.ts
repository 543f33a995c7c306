import assert from 'node:assert/strict'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { stop } from 'esbuild'
import { startRegistry } from '../../../../test/kit/npm-registry.ts'
import { openDirectory } from '../../../../test/kit/open-directory.ts'
import { bundle } from './bundle-worker.ts'
import { createProgramBuilder } from './program-builder.ts'
import { isWithin } from './stay-inside.ts'

const SECRET = 'only-the-server-knows'

type Files = Readonly<Record<string, string>>

const place = (folder: string, files: Files): string => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** A data directory as a server has it, with the folder of one build deep inside, as the builder makes it. */
const dataDir = place(openDirectory('inside-'), {
  'credentials.json': JSON.stringify({ secret: SECRET }),
  'credentials.js': `module.exports = ${JSON.stringify(SECRET)}`,
  'credentials.txt': SECRET,
  'credentials.map': JSON.stringify({
    version: 3,
    sources: ['x'],
    sourcesContent: [SECRET],
    names: [],
    mappings: 'AAAA',
  }),
  'tsconfig.json': JSON.stringify({ compilerOptions: { jsxFactory: SECRET } }),
  'packages/bundles/other.json': JSON.stringify({ text: SECRET }),
  'packages/work/neighbour/node_modules/private/index.js': `module.exports = ${JSON.stringify(SECRET)}`,
  'node_modules/above/index.js': `module.exports = ${JSON.stringify(SECRET)}`,
  'node_modules/events/index.js': `module.exports = ${JSON.stringify(SECRET)}`,
})
after(async () => {
  await stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const UP = '../../../../../'

/** How index.js asks for a file that is five folders up. */
const COMPUTED: Files = {
  concatenation: `const n = 'credentials'; module.exports = require('${UP}' + n + '.json')`,
  template: `const n = 'credentials'; module.exports = require(\`${UP}\${n}.json\`)`,
  import: `const n = 'credentials'; exports.load = () => import('${UP}' + n + '.json')`,
  'import-template': `const n = 'credentials'; exports.load = () => import(\`${UP}\${n}.js\`)`,
  'import-text': `const n = 'credentials'; exports.load = () => import(\`${UP}\${n}.txt\`)`,
  bundles: `const n = 'other'; module.exports = require('${UP}packages/bundles/' + n + '.json')`,
  'any-depth': `const n = 'packages/bundles'; module.exports = require(\`${UP}\${n}/other.json\`)`,
  neighbour: `const n = 'neighbour'; module.exports = require('../../../' + n + '/node_modules/private/index.js')`,
}

const WRITTEN_OUT: Files = {
  json: `module.exports = require('${UP}credentials.json')`,
  script: `import secret from '${UP}credentials.js'; export default secret`,
  text: `import secret from '${UP}credentials.txt' with { type: 'text' }; export default secret`,
  absolute: `module.exports = require(${JSON.stringify(join(dataDir, 'credentials.json'))})`,
  'file-url': `module.exports = require(${JSON.stringify(`file://${join(dataDir, 'credentials.json')}`)})`,
  'by-name': `module.exports = require('above')`,
}

const buildFolder = (name: string, files: Files): string => place(join(dataDir, 'packages', 'work', name), files)

/** @param asked where the package itself says that it looks */
const assertRefused = (answer: Awaited<ReturnType<typeof bundle>>, asked = ''): void => {
  assert.doesNotMatch(JSON.stringify(answer), new RegExp(SECRET))
  assert.ok('problems' in answer, 'it was bundled')
  assert.match(answer.problems.join('\n'), /Could not resolve|leads outside of the package/)
  if (!asked.includes(dataDir)) assert.ok(!JSON.stringify(answer).includes(dataDir), 'it names a folder of the server')
}

const registry = await startRegistry(
  Object.fromEntries(
    Object.entries(COMPUTED).map(([name, code]) => [name, { version: '1.0.0', files: { 'index.js': code } }]),
  ),
)
after(() => registry.close())

const build = createProgramBuilder({
  cacheDir: join(dataDir, 'packages'),
  workDir: join(dataDir, 'packages', 'work'),
  registry: registry.url,
  env: process.env,
})

for (const name of Object.keys(COMPUTED)) {
  test(`a package of the registry that computes a path out of itself gets no file: ${name}`, async () => {
    const built = await build('', [{ name, version: '1.0.0' }])
    assert.doesNotMatch(JSON.stringify(built), new RegExp(SECRET))
    assert.ok('errors' in built, 'it was built')
    assert.match(built.errors[0]?.msg ?? '', /leads outside of the package/)
  })
}

for (const [name, code] of Object.entries({ ...COMPUTED, ...WRITTEN_OUT })) {
  test(`the bundler keeps inside by itself: ${name}`, async () => {
    const folder = buildFolder(`alone-${name}`, { 'node_modules/evil/index.js': code })
    assertRefused(await bundle({ folder, specifiers: ['evil'] }), code)
  })
}

const MANIFESTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  main: { main: `${UP}credentials.json` },
  browser: { browser: { './a.js': `${UP}credentials.json` } },
  exports: { exports: { '.': `./${UP}credentials.json` } },
  imports: { imports: { '#a': `./${UP}credentials.json` } },
}

for (const [name, manifest] of Object.entries(MANIFESTS)) {
  test(`a manifest cannot lead outside: ${name}`, async () => {
    const folder = buildFolder(`manifest-${name}`, {
      'node_modules/evil/package.json': JSON.stringify({ name: 'evil', ...manifest }),
      ...(name === 'browser' && { 'node_modules/evil/index.js': "module.exports = require('./a.js')" }),
      ...(name === 'imports' && { 'node_modules/evil/index.js': "module.exports = require('#a')" }),
    })
    assertRefused(await bundle({ folder, specifiers: ['evil'] }))
  })
}

test('many files that a path leads to are one problem', async () => {
  const code = "const n = ''; module.exports = require('../../../../' + n + '.js')"
  const folder = buildFolder('many', { 'node_modules/evil/index.js': code })
  assert.deepEqual(await bundle({ folder, specifiers: ['evil'] }), {
    problems: ['a path that is computed leads outside of the package (evil/index.js)'],
  })
})

test('a link in a package is followed before it is judged', async () => {
  const codes: Files = {
    file: "module.exports = require('./link.json')",
    folder: "const n = 'credentials'; module.exports = require('./up/' + n + '.json')",
  }
  for (const [name, code] of Object.entries(codes)) {
    const folder = buildFolder(`link-${name}`, { 'node_modules/evil/index.js': code })
    symlinkSync(join(dataDir, 'credentials.json'), join(folder, 'node_modules/evil/link.json'))
    symlinkSync(dataDir, join(folder, 'node_modules/evil/up'))
    assertRefused(await bundle({ folder, specifiers: ['evil'] }))
  }
})

test('a packages folder that is itself a link holds nothing', async () => {
  const folder = buildFolder('linked', { 'package.json': '{}' })
  symlinkSync(join(dataDir, 'packages/work/neighbour/node_modules'), join(folder, 'node_modules'))
  assertRefused(await bundle({ folder, specifiers: ['private'] }))
})

test('source maps and settings of compilers are not read', async () => {
  const folder = buildFolder('settings', {
    'node_modules/evil/index.js': `module.exports = require('./typed.tsx')\n//# sourceMappingURL=${UP}credentials.map`,
    'node_modules/evil/typed.tsx': 'export default () => <p />',
    'node_modules/evil/tsconfig.json': JSON.stringify({ extends: `${UP}tsconfig.json` }),
  })
  const answer = await bundle({ folder, specifiers: ['evil'] })
  assert.ok('text' in answer, JSON.stringify(answer))
  assert.doesNotMatch(answer.text, new RegExp(SECRET))
})

test('paths that a package computes inside of itself are bundled', async () => {
  const folder = buildFolder('locales', {
    'node_modules/good/index.js': "module.exports = name => require('./locale/' + name)",
    'node_modules/good/locale/de.js': "module.exports = 'guten Tag'",
  })
  const answer = await bundle({ folder, specifiers: ['good'] })
  assert.ok('text' in answer, JSON.stringify(answer))
  assert.match(answer.text, /guten Tag/)
})

test('a module of Node is that of the sandbox, also when a folder further up has a package of its name', async () => {
  const folder = buildFolder('builtin', {
    'node_modules/good/index.js': "module.exports = [require('events'), require('util')]",
    'node_modules/good/package.json': JSON.stringify({ name: 'good', browser: { util: false } }),
  })
  const answer = await bundle({ folder, specifiers: ['good'] })
  assert.ok('text' in answer, JSON.stringify(answer))
  assert.match(answer.text, /require\("events"\)/)
  assert.doesNotMatch(answer.text, new RegExp(SECRET))
})

test('a file that a package has switched off for browsers is empty, also where its name lacks the ending', async () => {
  const folder = buildFolder('switched-off', {
    'node_modules/good/index.js': "module.exports = require('./off')",
    'node_modules/good/off.js': `module.exports = ${JSON.stringify(SECRET)}`,
    'node_modules/good/package.json': JSON.stringify({ name: 'good', browser: { './off.js': false } }),
  })
  const answer = await bundle({ folder, specifiers: ['good'] })
  assert.ok('text' in answer, JSON.stringify(answer))
  assert.doesNotMatch(answer.text, new RegExp(SECRET))
})

test('a finished bundle is judged by the files that went into it', () => {
  const folder = buildFolder('judged', { 'node_modules/good/index.js': '' })
  const judge = (...paths: readonly string[]): boolean => {
    const input = { bytes: 0, imports: [] }
    const inputs = Object.fromEntries(paths.map(path => [path, input]))
    return isWithin(join(folder, 'node_modules'), folder, { inputs, outputs: {} })
  }
  assert.ok(judge('<stdin>', '<define:global>', '(disabled):util', 'node_modules/good/index.js'))
  assert.ok(!judge('node_modules/good/index.js', '../../../credentials.json'))
  assert.ok(!judge(join(dataDir, 'credentials.json')))
  assert.ok(!judge('../nothing.js'))
  assert.ok(!judge('node_modules/nowhere/../../../../../credentials.json'))
})
