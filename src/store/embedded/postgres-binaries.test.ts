import assert from 'node:assert/strict'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { PostgresAccount } from './postgres-account.ts'
import { findPostgresPackage, type PostgresPackage, preparePostgresBinaries } from './postgres-binaries.ts'

const asRoot = process.geteuid?.() === 0
const himself: PostgresAccount = { uid: 0, gid: 0, serverName: 'root', identity: {}, creator: {} }
const nobody: PostgresAccount = { ...himself, uid: 65_534, gid: 65_534, identity: { uid: 65_534, gid: 65_534 } }

/** The package as npm leaves it with `--ignore-scripts`: without its symbolic links. */
const packageWithoutLinks = (t: TestContext): PostgresPackage & { readonly folder: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'experiment-center-binaries-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { native, version } = findPostgresPackage()
  const linkNames = new Set(
    readdirSync(join(native, 'lib'), { withFileTypes: true })
      .filter(entry => entry.isSymbolicLink())
      .map(entry => join(native, 'lib', entry.name)),
  )
  cpSync(native, join(folder, 'native'), {
    recursive: true,
    filter: path => !linkNames.has(path) && !path.endsWith('.a'),
  })
  return { native: join(folder, 'native'), version, folder }
}

test('links that npm left out are made in the package', t => {
  const shipped = packageWithoutLinks(t)
  const cache = join(shipped.folder, 'cache')
  const { postgres, initdb, major } = preparePostgresBinaries(himself, cache, shipped)
  assert.deepEqual([postgres, initdb], [join(shipped.native, 'bin/postgres'), join(shipped.native, 'bin/initdb')])
  assert.equal(major, '18')
  assert.ok(existsSync(join(shipped.native, 'lib/libicuuc.so.60')))
  assert.ok(!existsSync(cache))
})

test('a package that the account cannot enter is copied once', { skip: !asRoot && 'needs two accounts' }, t => {
  const shipped = packageWithoutLinks(t)
  const umask = process.umask(0o077)
  t.after(() => process.umask(umask))
  for (const closed of ['..', '.', 'bin', 'bin/postgres']) chmodSync(join(shipped.native, closed), 0o700)
  const cache = join(mkdtempSync(join(tmpdir(), 'experiment-center-cache-')), 'cache')
  t.after(() => rmSync(dirname(cache), { recursive: true }))
  chmodSync(dirname(cache), 0o755)
  const { postgres } = preparePostgresBinaries(nobody, cache, shipped)
  assert.equal(postgres, join(cache, `postgresql-${shipped.version}`, 'bin/postgres'))
  const copied = statSync(postgres)
  assert.equal(preparePostgresBinaries(nobody, cache, shipped).postgres, postgres)
  assert.equal(statSync(postgres).ino, copied.ino)
  assert.deepEqual(readdirSync(cache), [`postgresql-${shipped.version}`])
})

test('a copy that others can change is not run', { skip: !asRoot && 'needs two accounts' }, t => {
  const shipped = packageWithoutLinks(t)
  chmodSync(shipped.folder, 0o700)
  const cache = join(mkdtempSync(join(tmpdir(), 'experiment-center-cache-')), 'cache')
  t.after(() => rmSync(dirname(cache), { recursive: true }))
  chmodSync(dirname(cache), 0o755)
  const planted = join(cache, `postgresql-${shipped.version}`)
  mkdirSync(join(planted, 'bin'), { recursive: true })
  chmodSync(planted, 0o777)
  assert.throws(() => preparePostgresBinaries(nobody, cache, shipped), {
    name: 'StartupError',
    message: /^PostgreSQL cannot be copied to .* set DATABASE_URL\.$/,
  })
})

test('a machine on which the program does not run is told what to do', t => {
  const folder = mkdtempSync(join(tmpdir(), 'experiment-center-binaries-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const broken = packageWithoutLinks(t)
  rmSync(join(broken.native, 'lib'), { recursive: true })
  assert.throws(() => preparePostgresBinaries(himself, folder, broken), {
    name: 'StartupError',
    message: /^The PostgreSQL shipped with npm does not run here \(.*\): set DATABASE_URL\.$/s,
  })
})
