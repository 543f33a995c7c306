/** `logs export --resume`, killed again and again: the file is the one that an export without a kill writes. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parquetReadObjects } from 'hyparquet'
import { logPositionBefore } from '../src/model/log-id.ts'
import { serverEnvironment, temporaryDirectory } from './kit/server.ts'

const EVENTS = 30_000
const START = Date.UTC(2026, 0, 1, 23, 30)

/**
 * An export that asks for one more page has saved before: parts are read ahead, but a bounded number of them, and the first
 * one is saved at once.
 */
const ENOUGH_PAGES = 70

/** Eight a second, over a midnight. */
const events = Array.from({ length: EVENTS }, (_, n) => ({
  log_id: `${logPositionBefore(START + n * 125).slice(0, 20)}${String(n).padStart(36, '0')}`,
  date: new Date(START + n * 125).toISOString(),
  type: n % 3 ? 's' : 'fp',
  details: { n, text: 'x'.repeat(900) },
}))
const ids = events.map(({ log_id }) => log_id)

/** The place of the first id that is greater. */
const placeAfter = (id: string): number => {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ids[middle] ?? '') > id) high = middle
    else low = middle + 1
  }
  return low
}

/** A server with this log; it holds pages back, and forgets its oldest events, when it is told to. */
const startLogServer = async () => {
  const state = { oldest: 0 }
  let left = Number.POSITIVE_INFINITY
  let reach = (): void => {}
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const json = (body: unknown): unknown => response.end(JSON.stringify(body))
    if (url.pathname.startsWith('/.well-known/')) return json({ issuer: 'http://localhost/' })
    if (url.pathname === '/oauth/token') return json({ access_token: 't', expires_in: 3600 })
    if (url.searchParams.get('sort') === 'log_id:-1') return json(events.slice(-1))
    if (url.searchParams.get('sort') === 'log_id:1') return json(events.slice(state.oldest, state.oldest + 1))
    left -= 1
    if (left < 0) return reach() // and no answer: the caller waits until it ends
    const at = Math.max(placeAfter(url.searchParams.get('from') ?? ''), state.oldest)
    json(events.slice(at, at + Number(url.searchParams.get('take'))))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    state,
    /** Answers so many more pages; settles when another one is asked for, which is never answered. */
    holdAfter: (pages: number): Promise<void> => {
      left = pages
      return new Promise(resolve => {
        reach = resolve
      })
    },
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Either it begins with what was exported before, or only the last step was missing. */
const BEGUN_BEFORE = /^Going on after [1-9][\d,]* events\.\n|^\S+ is complete\.\n$/

describe('an export that can be resumed', () => {
  const directory = temporaryDirectory()
  let server: Awaited<ReturnType<typeof startLogServer>>
  before(async () => {
    server = await startLogServer()
  })
  after(() => {
    server.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const start = (...args: readonly string[]) => {
    const child = spawn(process.execPath, ['src/main.ts', 'logs', 'export', ...args], {
      env: serverEnvironment({
        EXPERIMENT_CENTER_URL: server.url,
        EXPERIMENT_CENTER_CLIENT_ID: 'id',
        EXPERIMENT_CENTER_CLIENT_SECRET: 'secret',
      }),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', chunk => {
      stderr += chunk
    })
    const ended = once(child, 'close').then(([code]) => ({ code: Number(code), stderr }))
    return { child, ended }
  }
  const run = (...args: readonly string[]) => start(...args).ended

  /** Kills the export when it has read so many pages, and the next one later, until one has them all. */
  const runKilled = async (out: string, args: readonly string[]) => {
    for (let kills = 0; ; kills += 1) {
      const held = server.holdAfter(ENOUGH_PAGES * (kills + 1))
      const { child, ended } = start('--out', out, '--resume', ...args)
      await Promise.race([held, ended])
      child.kill('SIGKILL')
      const { code, stderr } = await ended
      if (child.signalCode === null) return { kills, code, stderr }
    }
  }

  for (const format of ['ndjson', 'csv', 'parquet']) {
    test(`${format}: killed at any moment and run again, it has every event once, in order`, async () => {
      const [whole, resumed] = ['whole', 'resumed'].map(name => join(directory, `${name}.${format}`))
      assert.ok(whole && resumed)
      server.holdAfter(Number.POSITIVE_INFINITY)
      const complete = await run('--format', format, '--out', whole)
      assert.deepEqual(
        [complete.code, complete.stderr.includes(EVENTS.toLocaleString('en'))],
        [0, true],
        complete.stderr,
      )
      const { kills, code, stderr } = await runKilled(resumed, ['--format', format])
      assert.equal(code, 0, stderr)
      assert.ok(kills >= 2, `${kills} kills`)
      assert.match(stderr, BEGUN_BEFORE)
      if (format === 'parquet') {
        const bytes = readFileSync(resumed)
        const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
        const rows = await parquetReadObjects({ file, columns: ['log_id'] })
        assert.deepEqual(
          rows.map(({ log_id }) => log_id),
          ids,
        )
      } else {
        assert.ok(readFileSync(resumed).equals(readFileSync(whole)), 'the same bytes')
      }
      assert.deepEqual(
        readdirSync(directory).filter(name => name.includes('.part')),
        [],
      )
    })
  }

  test('an interruption by Ctrl-C is 130 and goes on; other arguments do not; a gap in the log is told', async t => {
    const out = join(directory, 'interrupted.ndjson')
    const held = server.holdAfter(ENOUGH_PAGES)
    const first = start('--out', out, '--resume')
    await Promise.race([held, first.ended])
    first.child.kill('SIGINT')
    const { code, stderr } = await first.ended
    assert.equal(code, 130)
    assert.match(stderr, /The same command goes on from what was saved\.\n$/)
    assert.deepEqual(
      readdirSync(directory)
        .filter(name => name.startsWith('interrupted'))
        .toSorted(),
      ['interrupted.ndjson.part', 'interrupted.ndjson.part.sqlite'],
    )

    const other = await run('--out', out, '--resume', '--types', 's')
    assert.equal(other.code, 2)
    assert.match(other.stderr, /was begun with another --types; give what was given then/)
    const nowhere = await run('--resume')
    assert.equal(nowhere.code, 2)
    assert.match(nowhere.stderr, /^--resume needs a file: name it with --out\.\n/)

    // The first day is gone by now.
    server.holdAfter(Number.POSITIVE_INFINITY)
    server.state.oldest = placeAfter(logPositionBefore(Date.UTC(2026, 0, 2)))
    t.after(() => {
      server.state.oldest = 0
    })
    const last = await run('--out', out, '--resume')
    assert.equal(last.code, 0, last.stderr)
    assert.match(
      last.stderr,
      /The server keeps nothing from before 2026-01-02 any more: what it had since \d+ is missing\./,
    )
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n')
    const found = lines.map(line => JSON.parse(line).log_id)
    assert.deepEqual(found, [...new Set(found)].toSorted())
    assert.equal(found[0], ids[0], 'what was saved is kept')
    assert.deepEqual(found.slice(-100), ids.slice(-100))
  })
})
