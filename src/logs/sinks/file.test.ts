import assert from 'node:assert/strict'
import { appendFile, link, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
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

const OWNER = 'installation/tenant'

const openFile = (t: TestContext, directory: string, owner = OWNER): OpenSink => {
  const sink = file.open(settings, toPorts(t, { folder: { directory, owner } }))
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
  assert.deepEqual((await readdir(directory)).toSorted(), ['.owner', 'auth.log', 'auth.log.1', 'auth.log.2'])
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

const sendOne = (sink: OpenSink) => sink.send([sink.encode(LOGIN)], signal)

test('a file with a second name is refused: it could be the file of another stream', async t => {
  const directory = await toDirectory(t)
  await writeFile(join(directory, 'outside'), '{"another":"stream"}\n{"half')
  await link(join(directory, 'outside'), join(directory, 'auth.log'))
  const sink = openFile(t, directory)
  const reason = 'The file has a second name: a hard link leads to it.'
  assert.deepEqual(await sendOne(sink), { kind: 'rejected', reason })
  assert.equal(await readFile(join(directory, 'outside'), 'utf8'), '{"another":"stream"}\n{"half')
  await rm(join(directory, 'outside'))
  assert.deepEqual(await sendOne(sink), { kind: 'accepted' })
})

test('a folder belongs to one tenant of one installation, by every path that leads there', async t => {
  const root = await toDirectory(t)
  const [mine, linked] = [join(root, 'mine'), join(root, 'linked')]
  assert.deepEqual(await sendOne(openFile(t, mine)), { kind: 'accepted' })
  assert.deepEqual(await sendOne(openFile(t, mine)), { kind: 'accepted' }, 'another server of the installation')
  await symlink(mine, linked)
  assert.deepEqual(await sendOne(openFile(t, linked)), {
    kind: 'rejected',
    reason: "The folder of this tenant's log files is a symbolic link.",
  })
  await symlink(root, join(root, 'again'))
  for (const path of [mine, join(root, 'again', 'mine')]) {
    const result = await sendOne(openFile(t, path, 'installation/other'))
    assert.equal(result.kind, 'rejected')
    assert.match(JSON.stringify(result), /belongs to another tenant or installation, .* \.owner names: LOG_STREAM_DIR/)
  }
  assert.equal((await readFile(join(mine, 'auth.log'), 'utf8')).trim().split('\n').length, 2)
})

test('of tenants that find an empty folder at the same moment one gets it', async t => {
  const directory = join(await toDirectory(t), 'new')
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, n) => sendOne(openFile(t, directory, `installation/${n}`))),
  )
  assert.equal(results.filter(({ kind }) => kind === 'accepted').length, 1, JSON.stringify(results))
  assert.deepEqual((await readdir(directory)).toSorted(), ['.owner', 'auth.log'])
})

test('a server without a directory for files says so', async t => {
  const sink = file.open(settings, toPorts(t))
  const result = await sink.send([sink.encode(LOGIN)], signal)
  assert.deepEqual(result, { kind: 'rejected', reason: 'This server has no folder for log files.' })
})
