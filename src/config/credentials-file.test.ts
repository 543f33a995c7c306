import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Credentials, loadCredentials, saveCredentials } from './credentials-file.ts'

const credentials: Credentials = {
  issuer: 'http://localhost:3000/',
  management: { client_id: 'm', client_secret: 'ms', audience: 'http://localhost:3000/api/v2/' },
  app: { client_id: 'a', client_secret: 'as', callbacks: ['http://localhost:8080/callback'] },
  admin: { email: 'admin@example.com', password: 'p' },
}

const dataDirectory = async (t: TestContext): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'experiment-center-credentials-'))
  t.after(() => rm(directory, { recursive: true }))
  return directory
}

test('what was saved is loaded, and before that there is nothing', async t => {
  const dataDir = await dataDirectory(t)
  assert.equal(await loadCredentials(dataDir), undefined)
  await saveCredentials(dataDir, credentials)
  assert.deepEqual(await loadCredentials(dataDir), credentials)
})

test('the file is its owner’s only, even when the one before was not, and nothing else is left behind', async t => {
  const dataDir = await dataDirectory(t)
  await writeFile(join(dataDir, 'credentials.json'), '{}')
  await chmod(join(dataDir, 'credentials.json'), 0o644)
  await saveCredentials(dataDir, credentials)
  assert.equal((await stat(join(dataDir, 'credentials.json'))).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(dataDir), ['credentials.json'])
})

test('keys that an operator has added stay, at every level', async t => {
  const dataDir = await dataDirectory(t)
  const added = { note: 'mine', app: { callbacks: ['https://old/'], label: 'shop' } }
  await writeFile(join(dataDir, 'credentials.json'), JSON.stringify(added))
  await saveCredentials(dataDir, credentials)
  const content = JSON.parse(await readFile(join(dataDir, 'credentials.json'), 'utf8'))
  assert.deepEqual(content, { ...credentials, note: 'mine', app: { ...credentials.app, label: 'shop' } })
})

test('a file that is not JSON is neither used nor overwritten', async t => {
  const dataDir = await dataDirectory(t)
  await writeFile(join(dataDir, 'credentials.json'), '{"issuer":')
  const refused = {
    name: 'StartupError',
    message: /credentials\.json is not a JSON object: mend it, or move it away\.$/,
  }
  await assert.rejects(loadCredentials(dataDir), refused)
  await assert.rejects(saveCredentials(dataDir, credentials), refused)
  assert.equal(await readFile(join(dataDir, 'credentials.json'), 'utf8'), '{"issuer":')
})

test('a file without something that is needed is refused with its path', async t => {
  const dataDir = await dataDirectory(t)
  const { admin: _, ...rest } = credentials
  await writeFile(join(dataDir, 'credentials.json'), JSON.stringify({ ...rest, app: { client_id: 'a' } }))
  await assert.rejects(loadCredentials(dataDir), {
    name: 'StartupError',
    message: /credentials\.json lacks app\.client_secret, app\.callbacks, admin: complete it, or move it away\.$/,
  })
})

test('a write that cannot be finished leaves the old file', async t => {
  const dataDir = await dataDirectory(t)
  await saveCredentials(dataDir, credentials)
  const unserialisable = { ...credentials, issuer: 1n as unknown as string } // JSON has no bigint
  await assert.rejects(saveCredentials(dataDir, unserialisable), TypeError)
  assert.deepEqual(await loadCredentials(dataDir), credentials)
  assert.deepEqual(await readdir(dataDir), ['credentials.json'])
})
