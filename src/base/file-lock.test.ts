import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { shareLock, whileUnshared } from './file-lock.ts'

test('a lock that is shared cannot be had alone, and nothing is written', t => {
  const folder = mkdtempSync(join(tmpdir(), 'experiment-center-lock-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'lock')
  let acts = 0
  const act = () => {
    acts += 1
    assert.equal(whileUnshared(file, assert.fail), false, 'it is had alone')
  }
  assert.deepEqual([whileUnshared(file, act), whileUnshared(file, act), acts], [true, true, 2])
  assert.throws(
    () =>
      whileUnshared(file, () => {
        throw new TypeError('failed')
      }),
    { message: 'failed' },
  )
  shareLock(file)
  shareLock(file)
  assert.deepEqual([whileUnshared(file, act), acts], [false, 2])
  assert.deepEqual(readdirSync(folder), ['lock'])
  assert.deepEqual([statSync(file).size, statSync(file).mode & 0o777], [0, 0o600])
})

test('a lock in a folder that is not there is the error of the disk', () => {
  const file = join(tmpdir(), 'experiment-center-nowhere', 'lock')
  assert.throws(() => shareLock(file), { code: 'ENOENT' })
  assert.throws(() => whileUnshared(file, assert.fail), { code: 'ENOENT' })
})
