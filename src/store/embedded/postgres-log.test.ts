import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openPostgresLog } from './postgres-log.ts'

test('a log that has grown past 4 MiB is moved aside, and its writer goes on at the beginning', t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const directory = mkdtempSync(join(tmpdir(), 'experiment-center-log-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'postgres.log')
  const log = openPostgresLog(path)
  t.after(log.close)
  writeSync(log.descriptor, 'x'.repeat(4 * 1024 * 1024 + 1))
  t.mock.timers.tick(10_000)
  writeSync(log.descriptor, 'after')
  assert.equal(readFileSync(path, 'utf8'), 'after')
  assert.equal(readFileSync(`${path}.1`).length, 4 * 1024 * 1024 + 1)
})

test('what was written since a moment can be read', t => {
  const directory = mkdtempSync(join(tmpdir(), 'experiment-center-log-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const log = openPostgresLog(join(directory, 'postgres.log'))
  t.after(log.close)
  writeSync(log.descriptor, 'before\n')
  const moment = log.size()
  writeSync(log.descriptor, 'after\n')
  assert.equal(log.readFrom(moment), 'after\n')
  assert.equal(log.readFrom(log.size() + 1), '')
})
