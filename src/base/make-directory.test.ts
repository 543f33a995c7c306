import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeDirectory } from './make-directory.ts'

test('folders that are missing are made with the mode, and those that are there stay', t => {
  const folder = mkdtempSync(join(tmpdir(), 'experiment-center-make-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [one, two] = [join(folder, 'one'), join(folder, 'one', 'two')]
  assert.deepEqual(makeDirectory(two, 0o700), [one, two])
  assert.deepEqual(makeDirectory(two, 0o755), [])
  assert.equal(statSync(one).mode & 0o777, 0o700)
  writeFileSync(join(two, 'file'), '')
  assert.throws(() => makeDirectory(join(two, 'file')), { code: 'EEXIST' })
  assert.throws(() => makeDirectory(join(two, 'file', 'below')), { code: 'ENOTDIR' })
})

test('where the kernel makes no folders, that is an error and not a wait', {
  skip: process.platform !== 'linux',
}, () => {
  assert.throws(() => makeDirectory('/proc/one/two'), { code: 'ENOENT' })
})
