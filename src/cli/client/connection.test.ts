import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findConnection } from './connection.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'experiment-center-'))
after(() => rmSync(dataDir, { recursive: true, force: true }))
writeFileSync(
  join(dataDir, 'credentials.json'),
  JSON.stringify({
    issuer: 'http://localhost:3000/',
    management: { client_id: 'file', client_secret: 'file secret', audience: 'http://localhost:3000/api/v2/' },
    app: { client_id: '', client_secret: '', callbacks: [] },
    admin: { email: '', password: '' },
  }),
)

const ENVIRONMENT = {
  EXPERIMENT_CENTER_URL: 'https://login.example.com',
  EXPERIMENT_CENTER_CLIENT_ID: 'environment',
  EXPERIMENT_CENTER_CLIENT_SECRET: 'secret',
}
const FROM_FILE = { url: 'http://localhost:3000/', clientId: 'file', clientSecret: 'file secret' }

test('the environment names server and client; arguments win over it', async () => {
  assert.deepEqual(await findConnection({}, { ...ENVIRONMENT, DATA_DIR: dataDir }), {
    url: 'https://login.example.com/',
    clientId: 'environment',
    clientSecret: 'secret',
  })
  const flags = { url: 'http://127.0.0.1:4000/base', 'client-id': 'argument' }
  assert.deepEqual(await findConnection(flags, ENVIRONMENT), {
    url: 'http://127.0.0.1:4000/base/',
    clientId: 'argument',
    clientSecret: 'secret',
  })
})

test('without settings the file of the server is used', async () => {
  assert.deepEqual(await findConnection({}, { DATA_DIR: dataDir }), FROM_FILE)
  assert.deepEqual(await findConnection({ 'data-dir': dataDir }, { DATA_DIR: '/nowhere' }), FROM_FILE)
  assert.deepEqual(await findConnection({ url: 'http://localhost:3000' }, { DATA_DIR: dataDir }), FROM_FILE)
})

test('the secret in the file is told to no other server than its own', async () => {
  for (const url of ['http://localhost:3001/', 'https://localhost:3000/', 'http://localhost.evil.test:3000/']) {
    await assert.rejects(findConnection({ url }, { DATA_DIR: dataDir }), /is not sent to/)
  }
})

test('what is missing is named', async () => {
  const { EXPERIMENT_CENTER_CLIENT_SECRET: _, ...secretless } = ENVIRONMENT
  await assert.rejects(findConnection({}, secretless), /^CliFailure: EXPERIMENT_CENTER_CLIENT_SECRET is not set/)
  await assert.rejects(findConnection({}, { EXPERIMENT_CENTER_CLIENT_SECRET: 'x' }), /EXPERIMENT_CENTER_URL/)
  await assert.rejects(findConnection({}, { DATA_DIR: tmpdir() }), /There is no credentials\.json in/)
})

test('an address that is none, or that holds more than an address, is refused', async () => {
  for (const url of [
    'localhost:3000',
    'ftp://example.com/',
    'https://user:pass@example.com/',
    'https://e.com/?a',
    '%',
  ]) {
    await assert.rejects(findConnection({ url }, ENVIRONMENT), { exitCode: 2 }, url)
  }
})
