import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { file } from './file.ts'
import type { OpenSink } from './sink.ts'
import { checkItems, checkSettings, LOGIN, MACHINE, toPorts } from './sink-contract.ts'

const settings = { fileName: 'auth.log', fileMaxBytes: 1_000_000, fileMaxFiles: 2 }
const subject = { sink: file, settings }
const signal = new AbortController().signal

const toDirectory = async (t: TestContext): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'file-sink-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

const openFile = (t: TestContext, directory: string, more: object = {}): OpenSink => {
  const sink = file.open({ ...settings, ...more }, toPorts(t, { directory }))
  t.after(() => sink.close())
  return sink
}

test('file keeps the contract of sinks', t => {
  checkSettings(subject)
  checkItems(t, subject)
})

test('each event is a line, and a new start goes on behind the last one', async t => {
  const directory = join(await toDirectory(t), 'made', 'on', 'demand')
  const first = openFile(t, directory)
  assert.deepEqual(await first.send([LOGIN, MACHINE].map(first.encode), signal), { kind: 'accepted' })
  await first.close()
  const second = openFile(t, directory)
  await second.send([second.encode(LOGIN)], signal)
  const expected = [LOGIN, MACHINE, LOGIN].map(event => `${JSON.stringify(event)}\n`).join('')
  assert.equal(await readFile(join(directory, 'auth.log'), 'utf8'), expected)
  assert.equal((await stat(join(directory, 'auth.log'))).mode & 0o777, 0o600)
})

test('a line that a crash cut off is removed, because it was never acknowledged', async t => {
  const directory = await toDirectory(t)
  const sink = openFile(t, directory)
  await sink.send([sink.encode(LOGIN)], signal)
  await sink.close()
  await appendFile(join(directory, 'auth.log'), '{"log_id":"900","data":{"ty')
  await sink.send([sink.encode(MACHINE)], signal)
  const lines = (await readFile(join(directory, 'auth.log'), 'utf8')).trimEnd().split('\n')
  assert.deepEqual(
    lines.map(line => JSON.parse(line)),
    [LOGIN, MACHINE],
  )
})

test('a file that is full moves aside, and the oldest goes', async t => {
  const directory = await toDirectory(t)
  const sink = openFile(t, directory)
  const padded = (number: number) =>
    sink.encode({ log_id: String(number), data: { type: 's', description: 'x'.repeat(600_000) } })
  for (const number of [1, 2, 3, 4]) assert.deepEqual(await sink.send([padded(number)], signal), { kind: 'accepted' })
  assert.deepEqual((await readdir(directory)).toSorted(), ['auth.log', 'auth.log.1', 'auth.log.2'])
  for (const [name, number] of Object.entries({ 'auth.log': 4, 'auth.log.1': 3, 'auth.log.2': 2 })) {
    assert.equal(JSON.parse(await readFile(join(directory, name), 'utf8')).log_id, String(number))
  }
})

test('a name cannot leave the directory', async t => {
  for (const fileName of ['../x', '/etc/passwd', 'a/b', '.hidden', '..', '', 'a\0', 'a\nb']) {
    assert.ok(!file.schema.safeParse({ ...settings, fileName }).success, fileName)
  }
  const directory = await toDirectory(t)
  await writeFile(join(directory, 'outside'), 'untouched')
  await symlink(join(directory, 'outside'), join(directory, 'auth.log'))
  const sink = openFile(t, directory)
  assert.deepEqual(await sink.send([sink.encode(LOGIN)], signal), {
    kind: 'retry',
    reason: 'The file cannot be written (ELOOP).',
  })
  assert.equal(await readFile(join(directory, 'outside'), 'utf8'), 'untouched')
})

test('a server without a directory for files says so', async t => {
  const sink = file.open(settings, toPorts(t))
  const result = await sink.send([sink.encode(LOGIN)], signal)
  assert.deepEqual(result, { kind: 'rejected', reason: 'This server is not configured to write log files.' })
})
