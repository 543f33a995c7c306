import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { openResumableOutput, type ResumableOutput } from './resumable-output.ts'

const root = mkdtempSync(join(tmpdir(), 'experiment-center-'))
after(() => rmSync(root, { recursive: true, force: true }))
const directory = join(root, 'now')
const file = join(directory, 'log.csv')
beforeEach(() => {
  for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true, force: true })
  cpSync(mkdtempSync(join(root, 'empty-')), directory, { recursive: true })
})

const open = async (path = file): Promise<ResumableOutput> => {
  const attempt = await openResumableOutput(path)
  return attempt.kind === 'open' ? attempt.output : assert.fail('it is complete')
}

/** What a kill leaves behind: the files as they are, seen by a process that holds no lock. */
const kill = (name: string): string => {
  const copy = join(root, name)
  cpSync(directory, copy, { recursive: true })
  return join(copy, 'log.csv')
}

test('an attempt goes on behind what was saved, and what came after that is cut off', async () => {
  const first = await open()
  assert.equal(first.saved, undefined)
  await first.write('one,')
  await first.save('after one')
  await first.write('lost,')
  const second = await open(kill('second'))
  assert.equal(second.saved, 'after one')
  await second.write(new Uint8Array([116, 119, 111]))
  await second.commit()
  assert.equal(readFileSync(join(root, 'second/log.csv'), 'utf8'), 'one,two')
  assert.deepEqual(readdirSync(join(root, 'second')), ['log.csv'])
  await first.discard()
})

test('a kill at any moment leaves what can be gone on with, to the same end', async () => {
  const kills: string[] = []
  const mark = (): void => {
    kills.push(kill(`kill-${kills.length}`))
  }
  const words = ['one,', 'two,', 'three,', 'four']
  const output = await open()
  for (const [index, word] of words.entries()) {
    mark()
    await output.write(word)
    mark()
    await output.save(String(index + 1))
    mark()
  }
  // The last steps one by one: complete but not moved, moved but not cleaned up.
  const sqlite = `import { DatabaseSync } from 'node:sqlite'
    const database = new DatabaseSync(process.argv[1])
    database.exec('update checkpoint set is_complete = 1')`
  const complete = kill('complete')
  spawnSync(process.execPath, ['--input-type=module', '-e', sqlite, `${complete}.part.sqlite`])
  cpSync(join(root, 'complete'), join(root, 'moved'), { recursive: true })
  const moved = join(root, 'moved/log.csv')
  cpSync(`${moved}.part`, moved)
  rmSync(`${moved}.part`)
  for (const path of [complete, moved]) assert.deepEqual(await openResumableOutput(path), { kind: 'complete' })

  for (const path of kills) {
    const next = await open(path)
    for (const word of words.slice(Number(next.saved ?? 0))) await next.write(word)
    await next.commit()
  }
  for (const path of [complete, moved, ...kills]) {
    assert.equal(readFileSync(path, 'utf8'), words.join(''), path)
    assert.deepEqual(readdirSync(join(path, '..')), ['log.csv'])
  }
  await output.discard()
})

test('an attempt that fails keeps what was saved; one that saved nothing leaves nothing', async () => {
  const first = await open()
  await first.write('lost')
  await first.discard()
  assert.deepEqual(readdirSync(directory), [])
  const second = await open()
  await second.save('x')
  await second.discard()
  assert.deepEqual(readdirSync(directory), ['log.csv.part', 'log.csv.part.sqlite'])
  const third = await open()
  await third.discard()
  const last = await open()
  assert.equal(last.saved, 'x')
  await last.discard()
})

test('the old file stays until the new one is complete, and all files are for their owner only', async () => {
  writeFileSync(file, 'old')
  const output = await open()
  await output.write('new')
  await output.save('x')
  assert.equal(readFileSync(file, 'utf8'), 'old')
  for (const name of ['log.csv.part', 'log.csv.part.sqlite']) {
    assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name)
  }
  await output.commit()
  assert.equal(readFileSync(file, 'utf8'), 'new')
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('one process at a time writes a file', async () => {
  for (const attempt of [1, 2]) {
    const output = await open()
    await output.save(String(attempt))
    const other = `import { openResumableOutput } from './resumable-output.ts'
      await openResumableOutput(process.argv[1]).catch(error => console.log(error.message))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', other, file], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    })
    assert.equal(stdout, `Another process is writing ${file}.part.\n`)
    await output.discard()
  }
})

test('what was not left by an attempt is not gone on with', async () => {
  const output = await open()
  await output.write('1234')
  await output.save('x')
  await output.discard()
  writeFileSync(`${file}.part`, '12')
  await assert.rejects(openResumableOutput(file), { message: /is not what was left there; delete it/ })
  rmSync(`${file}.part`)
  await assert.rejects(openResumableOutput(file), { message: /cannot be written: ENOENT/ })
  writeFileSync(`${file}.part.sqlite`, 'garbage '.repeat(200))
  await assert.rejects(openResumableOutput(file), { message: /log\.csv\.part\.sqlite cannot be read/ })
  await assert.rejects(openResumableOutput('/dev/null'), {
    message: /is no file, so an export to it cannot be resumed/,
  })
})

test('a link in place of an unfinished file is not followed', async () => {
  const victim = join(root, 'victim')
  writeFileSync(victim, 'theirs')
  chmodSync(victim, 0o644)
  symlinkSync(victim, `${file}.part`)
  const output = await open()
  await output.write('mine')
  await output.save('x')
  await output.discard()
  assert.equal(readFileSync(victim, 'utf8'), 'theirs')
  rmSync(`${file}.part`)
  symlinkSync(victim, `${file}.part`)
  await assert.rejects(openResumableOutput(file), { message: /ELOOP/ })
  rmSync(`${file}.part.sqlite`)
  symlinkSync(victim, `${file}.part.sqlite`)
  await assert.rejects(openResumableOutput(file), { message: /ELOOP/ })
  assert.equal(readFileSync(victim, 'utf8'), 'theirs')
})
