import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { lockDataDirectory } from './embedded-postgres-lock.ts'

const dataDirectory = (t: TestContext): string => {
  const directory = mkdtempSync(join(tmpdir(), 'experiment-center-lock-'))
  t.after(() => rmSync(directory, { recursive: true }))
  return directory
}

test('a directory is locked until it is released, and names its holder meanwhile', t => {
  const dataDir = dataDirectory(t)
  const lock = lockDataDirectory(dataDir)
  const refused = {
    name: 'StartupError',
    message: new RegExp(`is in use by another server \\(process ${process.pid}\\): `),
  }
  assert.throws(() => lockDataDirectory(dataDir), refused)
  assert.throws(() => lockDataDirectory(dataDir), refused, 'a refused attempt does not loosen the lock')
  lock.release()
  lockDataDirectory(dataDir).release()
})

test('locking leaves one empty file that only its owner can open', t => {
  const dataDir = dataDirectory(t)
  const lock = lockDataDirectory(dataDir)
  assert.deepEqual(readdirSync(dataDir), ['server.lock'])
  lock.release()
  const { size, mode } = statSync(join(dataDir, 'server.lock'))
  assert.deepEqual([size, mode & 0o777], [0, 0o600])
})

test('a directory that is not there is refused with a sentence', t => {
  assert.throws(() => lockDataDirectory(join(dataDirectory(t), 'absent')), {
    name: 'StartupError',
    message: /server\.lock cannot be opened: .*The server must be able to write to DATA_DIR\.$/,
  })
})
