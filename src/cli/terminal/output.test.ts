import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
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
import { PassThrough, Writable } from 'node:stream'
import { after, beforeEach, test } from 'node:test'
import { OutputClosed, openFileOutput, openStandardOutput } from './output.ts'

const directory = mkdtempSync(join(tmpdir(), 'experiment-center-'))
after(() => rmSync(directory, { recursive: true, force: true }))
beforeEach(() => {
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true, force: true })
})
const file = join(directory, 'log.csv')

test('a file appears whole, and for its owner only', async () => {
  const output = await openFileOutput(file)
  await output.write('a')
  await output.write(new Uint8Array([98]))
  assert.throws(() => statSync(file))
  await output.commit()
  assert.equal(readFileSync(file, 'utf8'), 'ab')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(directory), ['log.csv'])
})

test('what is discarded leaves the old file as it was, and nothing beside it', async () => {
  writeFileSync(file, 'old')
  const output = await openFileOutput(file)
  await output.write('new')
  await output.discard()
  assert.equal(readFileSync(file, 'utf8'), 'old')
  assert.deepEqual(readdirSync(directory), ['log.csv'])
})

test('a link keeps pointing to its file', async () => {
  writeFileSync(join(directory, 'real'), 'old')
  symlinkSync('real', file)
  const output = await openFileOutput(file)
  await output.write('new')
  await output.commit()
  assert.equal(readFileSync(join(directory, 'real'), 'utf8'), 'new')
  assert.ok(readdirSync(directory).length === 2)
})

test('a pipe is written and stays a pipe', async () => {
  execFileSync('mkfifo', [file])
  const { createReadStream } = await import('node:fs')
  const received = createReadStream(file).toArray()
  const output = await openFileOutput(file)
  await output.write('through')
  await output.commit()
  assert.equal(Buffer.concat(await received).toString(), 'through')
  assert.ok(statSync(file).isFIFO())
})

test('a place that cannot be written is said in one sentence', async () => {
  mkdirSync(file)
  await assert.rejects(openFileOutput(file), { name: 'CliFailure', message: /is a directory/ })
  await assert.rejects(openFileOutput(join(directory, 'no', 'such')), { name: 'CliFailure', message: /ENOENT/ })
})

test('standard output waits for a slow reader', async () => {
  const slow = new Writable({ highWaterMark: 1, write: (_, __, done) => void setTimeout(done, 30) })
  const started = performance.now()
  const output = openStandardOutput(slow)
  await output.write('x'.repeat(100))
  await output.write('y')
  assert.ok(performance.now() - started >= 55)
})

test('a reader that has gone is no failure; a broken output is one', async () => {
  const fail = (code: string) =>
    new Writable({ write: (_, __, done) => done(Object.assign(new TypeError(`broken: ${code}`), { code })) })
  await assert.rejects(openStandardOutput(fail('EPIPE')).write('x'), OutputClosed)
  await assert.rejects(openStandardOutput(fail('ENOSPC')).write('x'), { name: 'CliFailure', message: /ENOSPC/ })
  const gone = new PassThrough()
  gone.destroy()
  await assert.rejects(openStandardOutput(gone).write('x'), OutputClosed)
})
