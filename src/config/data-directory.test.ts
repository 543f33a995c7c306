import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { prepareDataDirectory } from './data-directory.ts'

const temporary = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'experiment-center-data-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a directory is made for its owner only, and kept out of repositories', t => {
  const dataDir = join(temporary(t), 'a', 'b')
  prepareDataDirectory(dataDir)
  assert.equal(statSync(dataDir).mode & 0o777, 0o700)
  assert.equal(readFileSync(join(dataDir, '.gitignore'), 'utf8'), '*\n')
})

test('one that was there before is kept out of repositories too', t => {
  const dataDir = temporary(t)
  writeFileSync(join(dataDir, 'credentials.json'), '{}')
  prepareDataDirectory(dataDir)
  assert.equal(readFileSync(join(dataDir, '.gitignore'), 'utf8'), '*\n')
})

test('a .gitignore of the operator stays, and a repository gets none', t => {
  const [own, repository] = [temporary(t), temporary(t)]
  writeFileSync(join(own, '.gitignore'), 'postgres\n')
  mkdirSync(join(repository, '.git'))
  prepareDataDirectory(own)
  prepareDataDirectory(repository)
  assert.equal(readFileSync(join(own, '.gitignore'), 'utf8'), 'postgres\n')
  assert.equal(existsSync(join(repository, '.gitignore')), false)
})

test('what cannot hold data is a sentence', t => {
  const folder = temporary(t)
  const file = join(folder, 'file')
  writeFileSync(file, '')
  const advice = 'Set it to a directory that the server can make or write.'
  for (const [dataDir, reason] of [
    [file, 'it is a file'],
    [join(file, 'below'), 'it is below a file'],
    ['/proc/data', 'its file system has no room for folders'],
    ['/proc', 'its file system has no room for folders'],
  ] as const)
    assert.throws(() => prepareDataDirectory(dataDir), {
      name: 'StartupError',
      message: `DATA_DIR ${dataDir} cannot be used: ${reason}. ${advice}`,
    })
})

test('a directory of another account is a sentence', t => {
  const closed = temporary(t)
  chmodSync(closed, 0o500)
  // Root may write everywhere, so here it is not root for a moment.
  const { geteuid, seteuid } = process
  const isRoot = geteuid?.() === 0
  if (isRoot) seteuid?.(65_534)
  try {
    for (const dataDir of [closed, join(closed, 'below')])
      assert.throws(() => prepareDataDirectory(dataDir), {
        name: 'StartupError',
        message: new RegExp(`^DATA_DIR ${dataDir} cannot be used: this account may not write there\\. `),
      })
  } finally {
    if (isRoot) seteuid?.(0)
  }
})
