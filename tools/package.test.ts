/**
 * Why: Node strips no types below node_modules, so what works in a checkout says nothing about the installed package. Here
 * it is packed as `npm pack` does it, put beside the packages that npm would install with it, and used.
 */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { startRegistry } from '../test/kit/npm-registry.ts'
import { freePort, readCredentials, serverEnvironment, temporaryDirectory } from '../test/kit/server.ts'
import { ROOT } from './source-files.ts'

const BIN = join(ROOT, 'node_modules/.bin')

/** What is not of the sources: a test packs a copy, so that another one may pack the checkout at the same time. */
const LEFT_OUT = ['node_modules', '.git', 'data', 'dist', 'coverage', 'tmp']

const environment = (variables: Record<string, string> = {}): NodeJS.ProcessEnv =>
  serverEnvironment({ PATH: `${dirname(process.execPath)}:${process.env.PATH}`, ...variables })

const run = async (cwd: string, words: readonly string[], variables: Record<string, string> = {}) => {
  const [command = '', ...args] = words
  const child = spawn(command, args, { cwd, env: environment(variables), stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  const [status] = await once(child, 'close')
  return { status, output }
}

/** Packs a copy of the sources and answers where the tarball is. */
const pack = async (folder: string): Promise<string> => {
  cpSync(ROOT, folder, {
    recursive: true,
    filter: path => dirname(path) !== ROOT || !LEFT_OUT.includes(basename(path)),
  })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const { status, output } = await run(folder, ['npm', 'pack', '--silent'])
  assert.equal(status, 0, output)
  assert.match(output, /^experiment-center-[\d.]+\.tgz\n$/, 'its name is all that is printed, for scripts')
  return join(folder, output.trim())
}

/** Puts below node_modules what npm would install with the package: none of the packages that are for development. */
const linkDependencies = (modules: string): void => {
  const { packages }: { readonly packages: Readonly<Record<string, { readonly dev?: true }>> } = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  )
  const names = new Set(
    Object.entries(packages).flatMap(([path, { dev }]) =>
      dev ? [] : (/^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1] ?? []),
    ),
  )
  for (const name of names) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
}

describe('the installed package', () => {
  const folder = temporaryDirectory()
  const project = join(folder, 'project')
  const installed = join(project, 'node_modules/experiment-center')
  const command = join(project, 'node_modules/.bin/experiment-center')
  let files: readonly string[] = []

  before(async () => {
    const tarball = await pack(join(folder, 'copy'))
    mkdirSync(installed, { recursive: true })
    const unpacked = await run(installed, ['tar', 'xzf', tarball, '--strip-components=1'])
    assert.equal(unpacked.status, 0, unpacked.output)
    files = globSync('**/*', { cwd: installed })
    linkDependencies(join(project, 'node_modules'))
    mkdirSync(dirname(command))
    symlinkSync('../experiment-center/bin/experiment-center.mjs', command)
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  })

  after(() => rmSync(folder, { recursive: true, force: true }))

  test('carries what runs and what is read, no test and no source', () => {
    const sources = files.filter(file => /\.ts$/.test(file) && !file.startsWith('src/actions/contract/types/'))
    assert.deepEqual(sources, [])
    assert.deepEqual(
      files.filter(file => /\.test\.|\.types\.|-contract\./.test(file)),
      [],
    )
    assert.deepEqual(readdirSync(installed).toSorted(), [
      'LICENSE',
      'README.md',
      'bin',
      'conformance',
      'dist',
      'docs',
      'examples',
      'package.json',
      'src',
    ])
    const read = globSync('src/**/*.{liquid,css,js,mjs}', { cwd: ROOT }).map(file => file.replace('src/', 'dist/'))
    assert.ok(read.length > 0)
    assert.deepEqual(
      read.filter(file => !files.includes(file)),
      [],
    )
  })

  test('the command says what it can do', async () => {
    const { status, output } = await run(project, [command, '--help'])
    assert.equal(status, 0, output)
    assert.match(output, /^Usage: experiment-center <command>/)
  })

  test('an older Node is told in one sentence', async () => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' }); await import('${command}')`
    const { status, output } = await run(project, [process.execPath, '--input-type=module', '--eval', pretend])
    assert.equal(status, 1)
    assert.match(output, /^Experiment Center needs Node 24 or newer; this is 20\.20\.2\. [^\n]+\n$/)
  })

  test('an example Action runs in the sandbox', async () => {
    const action = join(installed, 'examples/actions/null-safety.js')
    const { status, output } = await run(project, [command, 'actions', 'test', action, '--trigger', 'post-login'])
    assert.equal(status, 0, output)
    assert.match(output, /^outcome +completed\nhandler +onExecutePostLogin\n/)
  })

  test('an Action that requires a package, and what isolates have of Node, runs too', async () => {
    const registry = await startRegistry({
      greeting: { version: '1.0.0', files: { 'index.js': "exports.greet = name => 'hello ' + name" } },
    })
    after(registry.close)
    writeFileSync(
      join(project, 'greet.js'),
      `const { greet } = require('greeting')
exports.onExecutePostLogin = async () => console.log(greet(require('util').format('%s', new URL('https://a.example').host)))
`,
    )
    // Bundles are kept below the temporary directory.
    const variables = { TMPDIR: folder, npm_config_registry: registry.url }
    const words = [command, 'actions', 'test', 'greet.js', '--dependency', 'greeting@1.0.0']
    const { status, output } = await run(project, words, variables)
    assert.equal(status, 0, output)
    assert.match(output, /hello a\.example/)
  })

  test('an author checks an Action against the declarations', async () => {
    writeFileSync(
      join(project, 'action.ts'),
      `import type { PostLoginHandler } from 'experiment-center/actions/post-login'
export const onExecutePostLogin: PostLoginHandler = async (event, api) => {
  api.idToken.setCustomClaim('https://example.com/variation', event.experiment?.variation_id)
  // @ts-expect-error a login that no experiment is for has none
  event.experiment.variation_id
}
`,
    )
    const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--types', '']
    const { status, output } = await run(project, [join(BIN, 'tsc'), ...options, 'action.ts'])
    assert.equal(status, 0, output)
  })

  test('a server starts with its own PostgreSQL, serves pages with their style, and stops', {
    timeout: 30_000,
  }, async () => {
    const dataDir = join(folder, 'data')
    const variables = { DATA_DIR: dataDir, PORT: String(await freePort()) }
    const server = spawn(command, ['serve'], {
      cwd: project,
      env: environment(variables),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exit = once(server, 'exit')
    try {
      const [line] = await Promise.race([once(createInterface({ input: server.stdout }), 'line'), exit])
      assert.match(String(line), /^ready /)
      await visit(`http://localhost:${variables.PORT}/`, dataDir)
    } finally {
      server.kill('SIGTERM')
    }
    assert.deepEqual(await exit, [0, null])
  })
})

/** Discovery, then the page to which an application sends a browser, with what the page loads. */
const visit = async (issuer: string, dataDir: string): Promise<void> => {
  const discovery = await fetch(new URL('.well-known/openid-configuration', issuer))
  const { issuer: told, authorization_endpoint } = (await discovery.json()) as Record<string, string>
  assert.equal(told, issuer)
  const { client_id, callbacks } = readCredentials(dataDir).app
  const query = { client_id, redirect_uri: callbacks[0] ?? '', response_type: 'code', scope: 'openid', state: 's' }
  const sent = await fetch(`${authorization_endpoint}?${new URLSearchParams(query)}`, { redirect: 'manual' })
  const cookie = sent.headers
    .getSetCookie()
    .map(text => text.split(';')[0])
    .join('; ')
  const page = await fetch(new URL(sent.headers.get('location') ?? '', issuer), { headers: { cookie } })
  const html = await page.text()
  assert.equal(page.status, 200, html)
  const style = await fetch(new URL(/<link rel="stylesheet" href="([^"]+)"/.exec(html)?.[1] ?? 'none', issuer))
  assert.equal(style.headers.get('content-type'), 'text/css; charset=utf-8')
  assert.equal(await style.text(), readFileSync(join(ROOT, 'src/login/pages/pages.css'), 'utf8'))
}

test('the same command runs in the checkout, from the sources', async () => {
  const { status, output } = await run(ROOT, [join(ROOT, 'bin/experiment-center.mjs'), '--help'])
  assert.equal(status, 0, output)
  assert.match(output, /^Usage: experiment-center <command>/)
})
