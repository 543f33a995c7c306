/** Starting and stopping, to the letter: files, lines, codes and signals that scripts rely on. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { startServerProcess } from '../src/cli/demo/server-process.ts'
import { freePort, readCredentials, serverEnvironment, temporaryDirectory } from './kit/server.ts'

const dataDir = temporaryDirectory()
after(() => rmSync(dataDir, { recursive: true, force: true }))

const runToEnd = async (variables: Record<string, string>): Promise<{ code: number | null; output: string }> => {
  const child = spawn(process.execPath, ['src/main.ts', 'serve'], {
    env: serverEnvironment(variables),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  const [code] = await once(child, 'exit')
  return { code, output }
}

test('the first start writes credentials for its owner only; the next start keeps them', async () => {
  const environment = { DATA_DIR: dataDir, PORT: String(await freePort()) }
  const first = await startServerProcess(serverEnvironment(environment))
  assert.match(first.readyLine, new RegExp(`^ready http://localhost:${environment.PORT}/ in \\d+ ms$`))
  const credentials = readCredentials(dataDir)
  assert.deepEqual(Object.keys(credentials).toSorted(), ['admin', 'app', 'issuer', 'management'])
  assert.equal(credentials.issuer, first.issuer)
  assert.equal(credentials.management.audience, `${first.issuer}api/v2/`)
  assert.equal(statSync(join(dataDir, 'credentials.json')).mode & 0o777, 0o600)
  assert.equal(await first.stop(), 0)
  const second = await startServerProcess(serverEnvironment(environment))
  assert.deepEqual(readCredentials(dataDir), credentials)
  assert.equal(await second.stop(), 0)
})

test('a second server on the same data is refused while the first one runs', async () => {
  const environment = { DATA_DIR: dataDir, PORT: String(await freePort()) }
  const first = await startServerProcess(serverEnvironment(environment))
  const { code, output } = await runToEnd({ DATA_DIR: dataDir, PORT: String(await freePort()) })
  assert.equal(code, 1)
  assert.doesNotMatch(output, /\n {4}at /, 'a sentence, not a stack')
  assert.equal((await fetch(new URL('readyz', first.issuer))).status, 200, 'the first one is not disturbed')
  await first.stop()
})

test('settings from the environment become the tenant', async () => {
  const directory = temporaryDirectory()
  const callbacks = 'https://app.example.com/callback,https://app.example.com/other'
  const server = await startServerProcess(
    serverEnvironment({
      DATA_DIR: directory,
      PORT: String(await freePort()),
      TENANT: 'acme',
      MANAGEMENT_CLIENT_ID: 'mgmt',
      MANAGEMENT_CLIENT_SECRET: 'a secret of the operator, long enough to be one',
      APP_CLIENT_ID: 'shop',
      APP_CLIENT_SECRET: 'another secret of the operator, as long',
      APP_CALLBACKS: callbacks,
      ADMIN_EMAIL: 'ops@example.com',
      ADMIN_PASSWORD: 'correct horse battery staple',
    }),
  )
  const credentials = readCredentials(directory)
  assert.equal(credentials.management.client_id, 'mgmt')
  assert.deepEqual(credentials.app, {
    client_id: 'shop',
    client_secret: 'another secret of the operator, as long',
    callbacks: callbacks.split(','),
  })
  assert.deepEqual(credentials.admin, { email: 'ops@example.com', password: 'correct horse battery staple' })
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

test('settings that cannot be are one line each and exit code 1', async () => {
  for (const [variable, value] of [
    ['PORT', 'many'],
    ['PORT', '70000'],
    ['ISSUER', 'not a url'],
    ['DATABASE_URL', 'mysql://localhost/x'],
  ] as const) {
    const { code, output } = await runToEnd({ DATA_DIR: temporaryDirectory(), [variable]: value })
    assert.equal(code, 1, variable)
    assert.match(output, new RegExp(variable))
    assert.doesNotMatch(output, /\n {4}at /)
  }
})

test('a place that cannot hold data, or a database that cannot be reached, is said in one sentence', async () => {
  const file = join(temporaryDirectory(), 'file')
  writeFileSync(file, '')
  for (const [variables, sentence] of [
    [
      { DATA_DIR: file },
      `DATA_DIR ${file} cannot be used: it is a file. Set it to a directory that the server can make or write.`,
    ],
    [
      { DATA_DIR: '/proc/data' },
      'DATA_DIR /proc/data cannot be used: its file system has no room for folders. Set it to a directory that the server can make or write.',
    ],
    [
      { DATABASE_URL: 'postgresql://user:secret@127.0.0.1:1/none' },
      'The database of DATABASE_URL cannot be used (connect ECONNREFUSED 127.0.0.1:1): start it, or correct the address.',
    ],
    [
      { DATABASE_URL: 'postgresql://user:secret@localhost:1/none' },
      /^The database of DATABASE_URL cannot be used \(connect ECONNREFUSED [^()]+\): start it, or correct the address\.\n$/,
    ],
  ] as const) {
    const { code, output } = await runToEnd({ DATA_DIR: dirname(file), ...variables })
    assert.equal(code, 1)
    if (typeof sentence === 'string') assert.equal(output, `${sentence}\n`)
    else assert.match(output, sentence)
  }
  rmSync(dirname(file), { recursive: true })
})

test('an address that this machine does not have is said in one sentence', async () => {
  for (const [HOST, sentence] of [
    ['203.0.113.9', 'This machine has no address 203.0.113.9: set HOST to one that it has, such as 127.0.0.1.'],
    [
      'no-such-host.invalid',
      'HOST no-such-host.invalid is no name that this machine can look up: set HOST to an address that it has, such as 127.0.0.1.',
    ],
  ] as const) {
    const { code, output } = await runToEnd({ DATA_DIR: dataDir, HOST, PORT: String(await freePort()) })
    assert.deepEqual([code, output], [1, `${sentence}\n`])
  }
})

test('another tenant than that of the database is refused in one sentence', async () => {
  const { code, output } = await runToEnd({ DATA_DIR: dataDir, TENANT: 'second' })
  assert.equal(code, 1)
  assert.match(output, /^TENANT is second, but this database holds the tenant dev, [^\n]+\n$/)
})

test('a port that is taken is said in one sentence', async () => {
  const port = await freePort()
  const occupier = createServer().listen(port, '127.0.0.1')
  await once(occupier, 'listening')
  const { code, output } = await runToEnd({ DATA_DIR: dataDir, PORT: String(port) })
  occupier.close()
  assert.equal(code, 1)
  assert.match(output, /Port \d+ on 127\.0\.0\.1 is in use/)
})

test('Ctrl-C that comes twice, as below npm, and a terminal that is closed end the server in good order', async () => {
  const server = await startServerProcess(serverEnvironment({ DATA_DIR: dataDir, PORT: String(await freePort()) }))
  process.kill(server.pid, 'SIGINT')
  process.kill(server.pid, 'SIGINT')
  process.kill(server.pid, 'SIGHUP')
  assert.equal(await server.ended, 0)
})

test('SIGTERM, SIGINT and SIGHUP end the server within five seconds with exit code 0', async () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const server = await startServerProcess(serverEnvironment({ DATA_DIR: dataDir, PORT: String(await freePort()) }))
    const asked = performance.now()
    process.kill(server.pid, signal)
    assert.equal(await server.ended, 0, signal)
    assert.ok(performance.now() - asked < 5000)
  }
})
