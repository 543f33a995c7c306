/** `logs tail` and `logs export`, run as a person would, against a server in a process of its own. */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parquetReadObjects } from 'hyparquet'
import { systemRandom } from '../src/base/random.ts'
import { SUBCOMMANDS } from '../src/cli/logs/command.ts'
import type { LogEvent } from '../src/logs/record/log-event.ts'
import { type ClosableTenantLog, createTenantLog } from '../src/logs/record/record.ts'
import { type DatabaseHandle, openDatabase } from '../src/store/database/database.ts'
import { createTestDatabase, type TestDatabase } from './kit/database.ts'
import { freePort, serverEnvironment, startTestServer, type TestServer, temporaryDirectory } from './kit/server.ts'
import { type MadeUpFields, madeUp } from './kit/tenant-log.ts'

const COUNT = 2_500

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const collect = (child: ChildProcess) => {
  const texts = { stdout: '', stderr: '' }
  child.stdout?.on('data', chunk => {
    texts.stdout += chunk
  })
  child.stderr?.on('data', chunk => {
    texts.stderr += chunk
  })
  const ended = once(child, 'close').then(([code]): Ended => ({ code, ...texts }))
  return { texts, ended }
}

const start = (args: readonly string[], environment: Record<string, string>) => {
  const child = spawn(process.execPath, ['src/main.ts', 'logs', ...args], {
    env: serverEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { child, ...collect(child) }
}

const waitFor = async (isDone: () => boolean, what: string): Promise<void> => {
  const deadline = Date.now() + 20_000
  while (!isDone()) {
    assert.ok(Date.now() < deadline, `waited too long for ${what}`)
    await sleep(20)
  }
}

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))

describe('the log commands', () => {
  const directory = temporaryDirectory()
  const dataDir = temporaryDirectory()
  let port = ''
  let database: TestDatabase
  let handle: DatabaseHandle
  let log: ClosableTenantLog
  let server: TestServer
  /** Of the events that the tests count. */
  const ids: string[] = []

  const startServer = () => startTestServer({ DATABASE_URL: database.connectionString, DATA_DIR: dataDir, PORT: port })
  const run = async (...args: string[]): Promise<Ended> => await start(args, { DATA_DIR: dataDir }).ended
  const record = (n: number, more: MadeUpFields = {}): Promise<string> =>
    log.record(
      madeUp({
        type: n % 10 === 0 ? 'fp' : 's',
        date: Date.now(),
        user_name: `user-${n}@example.com`,
        client_name: 'Numbers',
        details: { n },
        experiment: {
          experiment_id: 'exp_1',
          variation_id: `var_${n % 2}`,
          is_control: n % 2 === 0,
          allocation_strategy: 'percentage',
          assignment: 'auto',
        },
        ...more,
      }),
    )
  const numbersIn = (events: readonly Record<string, unknown>[]): unknown[] =>
    events.map(({ details }) => (details as { n?: number } | undefined)?.n) // what `record` made, among others

  before(async () => {
    port = String(await freePort())
    database = await createTestDatabase()
    server = await startServer()
    handle = openDatabase({ connectionString: database.connectionString, max: 3 })
    log = createTenantLog({ db: handle.db, random: systemRandom })
    for (let n = 0; n < COUNT; n += 500) {
      ids.push(...(await Promise.all(Array.from({ length: 500 }, (_, at) => record(n + at)))))
    }
    ids.sort()
  })
  after(async () => {
    await log[Symbol.asyncDispose]()
    await handle.close()
    await server.close()
    await database.close()
    for (const path of [directory, dataDir]) rmSync(path, { recursive: true, force: true })
  })

  /** Everything that was recorded before the tests, and nothing that the server wrote since. */
  const bounds = (): string[] => ['--from', ids[0] ?? '', '--to', ids.at(-1) ?? '']

  describe('tail', () => {
    test('shows the newest events that a query finds, oldest first, as JSON where the output is no terminal', async () => {
      const { code, stdout } = await run('tail', '-n', '3', '-q', 'details.experiment.is_control:true', '-t', 's')
      assert.equal(code, 0)
      assert.deepEqual(numbersIn(linesOf(stdout)), [2494, 2496, 2498])
    })

    test('on a terminal it is a line per event, in colours unless NO_COLOR is set', async () => {
      const show = async (environment: Record<string, string>): Promise<string> => {
        const stdout = Object.assign(new PassThrough(), { isTTY: true })
        const text = stdout.toArray()
        const stderr = new PassThrough()
        const terminal = { environment: { DATA_DIR: dataDir, ...environment }, stdout, stderr }
        const { signal } = new AbortController()
        assert.equal(await SUBCOMMANDS.tail?.run(['-n', '1', '-t', 'fp'], { ...terminal, signal }), 0)
        stdout.end()
        return Buffer.concat(await text).toString()
      }
      const plain =
        /^\S+ \S+ {2}fp {6}Wrong email or password\. {2}user-2490@example.com {2}Numbers {2}exp_1 → var_0 \(control\)\n$/
      assert.match(await show({ NO_COLOR: '1' }), plain)
      assert.match(await show({ TERM: 'dumb' }), plain)
      assert.ok((await show({})).includes('\u001b[31mfp    \u001b[39m'))
    })

    test('follows what comes, leaves nothing out, and ends by Ctrl-C with 0', async () => {
      const tail = start(['tail', '--follow', '-n', '0', '-q', 'details.experiment.experiment_id:exp_2'], {
        DATA_DIR: dataDir,
      })
      await sleep(1_500)
      const experiment = {
        experiment_id: 'exp_2',
        variation_id: 'v',
        is_control: true,
        allocation_strategy: 'percentage',
        assignment: 'auto',
      }
      for (let n = 0; n < 60; n += 1) {
        await record(n, n % 2 === 0 ? { experiment: experiment as LogEvent['experiment'] & object } : {})
        if (n % 20 === 0) await sleep(600)
      }
      const wanted = Array.from({ length: 30 }, (_, n) => 2 * n)
      await waitFor(() => linesOf(tail.texts.stdout).length >= wanted.length, 'the events')
      tail.child.kill('SIGINT')
      const { code, stdout, stderr } = await tail.ended
      assert.deepEqual(numbersIn(linesOf(stdout)), wanted)
      assert.deepEqual([code, stderr], [0, ''])
    })

    test('a server that is away is waited for, and what was written meanwhile is shown', async () => {
      const tail = start(['tail', '--follow', '-n', '1'], { DATA_DIR: dataDir })
      await waitFor(() => tail.texts.stdout !== '', 'the first event')
      const first = await record(9_001)
      await waitFor(() => tail.texts.stdout.includes(first), 'an event before')
      await server.close()
      await waitFor(() => tail.texts.stderr.includes('trying again'), 'the complaint')
      const between = await Promise.all([record(9_002), record(9_003)])
      server = await startServer()
      const last = await record(9_004)
      await waitFor(() => tail.texts.stdout.includes(last), 'an event after')
      tail.child.kill('SIGTERM')
      const { code, stdout, stderr } = await tail.ended
      assert.equal(code, 0)
      const seen = linesOf(stdout).map(({ log_id }) => log_id)
      assert.deepEqual(seen, [...new Set(seen)].toSorted())
      for (const id of [first, ...between, last]) assert.ok(seen.includes(id))
      assert.match(stderr, /^http:\/\/localhost:\d+ cannot be reached \(.*\); trying again\.\nConnected again\.\n$/)
    })

    test('what it cannot do is one sentence, and an exit code', async () => {
      const cases: [string[], number, RegExp][] = [
        [['tail', '-q', 'type:s AND'], 1, /at position 10/],
        [['tail', '-q', 'type:s', '--url', 'http://localhost:1/'], 1, /is not sent to/],
        [['tail', '--colour'], 2, /Unknown option '--colour'/],
        [['tail', '-n', '101'], 2, /--lines must be a number from 0 to 100/],
        [['tail', '-t', 's or f'], 2, /--types takes codes/],
        [['list'], 2, /There is no command "experiment-center logs list"/],
        [['export', '--format', 'xlsx'], 2, /--format must be one of ndjson, csv, parquet/],
        [['export', '--from', '2026-13-01'], 2, /--from must be like/],
        [['export', '--from', '2026-01-02', '--to', '2026-01-01'], 2, /--from must be before --to/],
        [['export', '--out', join(directory, 'no', 'such')], 1, /cannot be written/],
      ]
      const ended = await Promise.all(cases.map(([args]) => run(...args)))
      for (const [index, [args, code, message]] of cases.entries()) {
        const { code: found, stdout = '', stderr = '' } = ended[index] ?? {}
        assert.equal(found, code, `${args.join(' ')}: ${stderr}`)
        assert.match(stderr, message)
        assert.doesNotMatch(stderr, /\n {4}at /, 'a sentence, not a stack')
        assert.equal(stdout, '')
      }
    })
  })

  describe('export', () => {
    const numbers = Array.from({ length: COUNT - 1 }, (_, at) => at + 1)

    test('writes each event between its bounds once, in the order of the log, in every format', async () => {
      const out = (format: string): string => join(directory, `log.${format}`)
      for (const format of ['ndjson', 'csv', 'parquet']) {
        const { code, stdout, stderr } = await run('export', '--format', format, '-o', out(format), ...bounds())
        assert.deepEqual([code, stdout], [0, ''], stderr)
        assert.match(stderr, /^Exported 2,499 events in [\d:]+\.\n$/)
      }
      const documents = linesOf(readFileSync(out('ndjson'), 'utf8'))
      assert.deepEqual(numbersIn(documents).toSorted(), numbers.toSorted())
      assert.deepEqual(
        documents.map(({ log_id }) => log_id),
        ids.slice(1),
      )
      const [, ...rows] = readFileSync(out('csv'), 'utf8').trimEnd().split('\r\n')
      assert.deepEqual(
        rows.map(row => row.slice(0, 56)),
        ids.slice(1),
      )
      const bytes = readFileSync(out('parquet'))
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
      const columns = ['log_id', 'user_name', 'details_experiment_variation_id', 'details_experiment_is_control']
      const cells = await parquetReadObjects({ file, columns })
      const expected = documents.map(({ log_id, user_name, details }) => {
        const { experiment } = details as { experiment: Record<string, unknown> } // every numbered event has one
        return [log_id, user_name, experiment.variation_id, experiment.is_control]
      })
      assert.deepEqual(
        cells.map(row => columns.map(name => row[name])),
        expected,
      )
    })

    test('a query is exported, and goes to standard output without a file', async () => {
      const { code, stdout } = await run('export', '--quiet', '-q', 'type:fp', ...bounds())
      assert.equal(code, 0)
      assert.deepEqual(numbersIn(linesOf(stdout)).toSorted(), numbers.filter(n => n % 10 === 0).toSorted())
    })

    test('bounds are moments too; before the oldest is from the oldest, and after the newest is nothing', async () => {
      const all = await run('export', '--quiet', '--from', '2001-01-01', '--to', ids.at(-1) ?? '')
      assert.ok(linesOf(all.stdout).length >= COUNT)
      const none = await run('export', '--quiet', '--format', 'csv', '--from', '2999-01-01')
      assert.deepEqual([none.code, none.stdout.split('\r\n').length], [0, 2])
      const before = await run('export', '--quiet', '--to', '2001-01-01')
      assert.deepEqual([before.code, before.stdout], [0, ''])
    })

    test('a reader that has seen enough ends it without a complaint', async () => {
      const command = `"${process.execPath}" src/main.ts logs export --quiet | head -n 1; echo "\${PIPESTATUS[0]}"`
      const child = spawn('bash', ['-c', command], {
        env: serverEnvironment({ DATA_DIR: dataDir }),
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const { stdout, stderr } = await collect(child).ended
      assert.equal(stdout.trimEnd().split('\n').at(-1), '0')
      assert.equal(stderr, '')
    })

    test('more than fits into memory passes through it', async () => {
      const first = await record(0)
      const text = 'x'.repeat(8_000)
      for (let n = 0; n < 12_000; n += 1_000) {
        await Promise.all(Array.from({ length: 1_000 }, (_, at) => record(n + at, { details: { n: n + at, text } })))
      }
      const last = await record(1)
      for (const format of ['ndjson', 'csv', 'parquet']) {
        const exported = start(
          ['export', '--format', format, '--out', join(directory, 'large'), '--from', first, '--to', last],
          { DATA_DIR: dataDir, NODE_OPTIONS: '--max-old-space-size=64' },
        )
        const { code, stderr } = await exported.ended
        assert.equal(code, 0, stderr)
        assert.match(stderr, /12,001 events/)
      }
    })
  })
})

/** A server whose log never ends, and that answers slowly. */
const startEndlessServer = async () => {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const json = (body: unknown): unknown => response.end(JSON.stringify(body))
    if (url.pathname.startsWith('/.well-known/')) return json({ issuer: 'http://localhost/' })
    if (url.pathname === '/oauth/token') return json({ access_token: 't', expires_in: 3600 })
    const id = (second: number): string => `9002026112109${String(second).padStart(4, '0')}000${'0'.repeat(36)}`
    if (url.searchParams.get('sort') === 'log_id:-1') return json([{ log_id: id(5959) }])
    if (url.searchParams.get('take') === '1') return json([{ log_id: id(0) }])
    const from = url.searchParams.get('from') ?? ''
    setTimeout(() => json([{ log_id: from, type: 's' }]), 200)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, // of a TCP server
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('an export that is interrupted leaves the old file, nothing beside it, and 130', async t => {
  const endless = await startEndlessServer()
  t.after(endless.close)
  const directory = temporaryDirectory()
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const out = join(directory, 'log.csv')
  writeFileSync(out, 'old')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const exported = start(['export', '--format', 'csv', '--out', out], {
      EXPERIMENT_CENTER_URL: endless.url,
      EXPERIMENT_CENTER_CLIENT_ID: 'id',
      EXPERIMENT_CENTER_CLIENT_SECRET: 'secret',
    })
    await waitFor(() => readdirSync(directory).length === 2, 'the unfinished file')
    exported.child.kill(signal)
    assert.equal((await exported.ended).code, 130)
    assert.deepEqual(readdirSync(directory), ['log.csv'])
    assert.equal(readFileSync(out, 'utf8'), 'old')
  }
})
