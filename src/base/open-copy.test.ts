import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openCopies } from './open-copy.ts'

/** A program that reads its library, and an empty cache, both below a folder that every account may enter. */
const machine = (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'experiment-center-open-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  const home = join(folder, 'home')
  mkdirSync(join(home, 'library'), { recursive: true })
  writeFileSync(join(home, 'program'), 'program', { mode: 0o755 })
  writeFileSync(join(home, 'library', 'part'), 'part', { mode: 0o644 })
  for (const path of [home, join(home, 'library')]) chmodSync(path, 0o755)
  return { home, files: [join(home, 'program'), join(home, 'library')], cache: () => join(folder, 'cache') }
}

test('what every account can read stays where it is', t => {
  const { files, cache } = machine(t)
  const pathOf = openCopies(files, cache)
  assert.deepEqual(files.map(pathOf), files)
})

for (const [what, close] of [
  ['a folder above is closed', ({ home }) => chmodSync(home, 0o700)],
  ['a file is', ({ home }) => chmodSync(join(home, 'program'), 0o700)],
  ['a folder itself is', ({ home }) => chmodSync(join(home, 'library'), 0o700)],
] as readonly (readonly [string, (machine: { readonly home: string }) => void])[]) {
  test(`where ${what}, all of them are copied once, with the paths that they have to each other`, t => {
    const { home, files, cache } = machine(t)
    close({ home })
    const umask = process.umask(0o077)
    t.after(() => process.umask(umask))
    const pathOf = openCopies(files, cache)
    const copy = pathOf(join(home, 'library', 'part'))
    assert.equal(readFileSync(copy, 'utf8'), 'part')
    assert.equal(pathOf(join(home, 'program')), join(copy, '../../program'))
    assert.equal(statSync(join(copy, '..')).mode & 0o777, 0o755)
    assert.equal(openCopies(files, cache)(files[0] ?? ''), pathOf(files[0] ?? ''))
    assert.equal(copiesIn(cache()).length, 1, 'nothing unfinished is left')
  })
}

test('a file that has changed is copied anew', t => {
  const { home, files, cache } = machine(t)
  chmodSync(home, 0o700)
  const before = openCopies(files, cache)(files[0] ?? '')
  utimesSync(join(home, 'library', 'part'), 1, 1)
  assert.notEqual(openCopies(files, cache)(files[0] ?? ''), before)
})

/** Another process that has asked for the copies; it lives until its input ends. */
const startUser = async (t: TestContext, files: readonly string[], cache: string) => {
  const program = `
    const { openCopies } = await import(${JSON.stringify(import.meta.resolve('./open-copy.ts'))})
    openCopies(${JSON.stringify(files)}, () => ${JSON.stringify(cache)})
    console.log('ready')
    process.stdin.resume()`
  const user = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => user.kill('SIGKILL'))
  await once(user.stdout, 'data')
  return {
    async end() {
      const exit = once(user, 'exit')
      user.stdin.end()
      await exit
    },
  }
}

const copiesIn = (cache: string) => readdirSync(cache).filter(name => !name.endsWith('.lock'))

test('a copy that was not used for a week goes when another one is made, unless a living process uses it', async t => {
  const { home, files, cache } = machine(t)
  chmodSync(home, 0o700)
  const user = await startUser(t, files, cache())
  const [old = ''] = copiesIn(cache())
  const age = () => utimesSync(join(cache(), old), 1, 1)
  const isThereAfterAnother = (version: number) => {
    utimesSync(join(home, 'program'), version, version)
    openCopies(files, cache)
    return copiesIn(cache()).includes(old)
  }
  age()
  assert.equal(isThereAfterAnother(1), true, 'it is used')
  await user.end()
  utimesSync(join(cache(), old), new Date(), new Date())
  assert.equal(isThereAfterAnother(2), true, 'it was used a moment ago')
  age()
  assert.equal(isThereAfterAnother(3), false)
  assert.equal(copiesIn(cache()).length, 3, 'this process uses the others')
})

test('a copy that this process uses stays, too', t => {
  const { home, files, cache } = machine(t)
  chmodSync(home, 0o700)
  const copy = openCopies(files, cache)(files[0] ?? '')
  for (const name of copiesIn(cache())) utimesSync(join(cache(), name), 1, 1)
  utimesSync(join(home, 'program'), 1, 1)
  openCopies(files, cache)
  assert.equal(readFileSync(copy, 'utf8'), 'program')
})

test('a copy that another account could have made or changed is not used', t => {
  const { home, files, cache } = machine(t)
  chmodSync(home, 0o700)
  const copy = openCopies(files, cache)(files[0] ?? '')
  const root = join(cache(), copiesIn(cache())[0] ?? '')
  assert.ok(copy.startsWith(root))
  chmodSync(root, 0o777)
  assert.throws(() => openCopies(files, cache), { code: 'ENOTEMPTY' })
})

test('a link is open when what it leads to is, and otherwise copied as what it leads to', t => {
  const { home, files, cache } = machine(t)
  const link = join(home, '..', 'link')
  symlinkSync(join(home, 'library'), link)
  assert.equal(openCopies([link], cache)(link), link)
  chmodSync(home, 0o700)
  const copy = openCopies([...files, link], cache)(link)
  assert.notEqual(copy, link)
  assert.equal(readFileSync(join(copy, 'part'), 'utf8'), 'part')
})
