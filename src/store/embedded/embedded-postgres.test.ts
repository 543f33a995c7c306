import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startEmbeddedPostgresProcess } from '../../../test/kit/embedded-postgres-process.ts'
import { isOwnAccount } from '../../base/own-account.ts'
import { openDatabase } from '../database/database.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { clusterIdentityOf } from './postgres-cluster.ts'
import { type ClusterIdentity, listClusterProcesses } from './postgres-processes.ts'

const NOBODY = { uid: 65_534, gid: 65_534 }
const asRoot = process.geteuid?.() === 0

const temporaryDirectory = async (t: TestContext): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'experiment-center-embedded-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

const query = async (connectionString: string, text: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {}) // the query under way fails with the same error
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

const postmasterPid = async (dataDir: string): Promise<number> =>
  Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)

const clusterOf = (dataDir: string): ClusterIdentity => clusterIdentityOf(join(dataDir, 'postgres'))

const runningPids = (dataDir: string): readonly number[] =>
  listClusterProcesses(clusterOf(dataDir)).map(({ pid }) => pid)

const eventually = async <T>(attempt: () => Promise<T>, withinMs: number): Promise<T> => {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await sleep(20)
    }
  }
}

test('what was written before a stop is there after the next start', async t => {
  const dataDir = await temporaryDirectory(t)
  const first = await startEmbeddedPostgres({ dataDir })
  await query(first.connectionString, 'create table kept as select 42 as answer')
  await first.stop()
  await using second = await startEmbeddedPostgres({ dataDir })
  assert.deepEqual(await query(second.connectionString, 'select answer from kept'), [{ answer: 42 }])
})

test('after a stop no process is left, and a second stop does nothing', async t => {
  const dataDir = await temporaryDirectory(t)
  const postgres = await startEmbeddedPostgres({ dataDir })
  const cluster = clusterOf(dataDir)
  assert.ok(listClusterProcesses(cluster).length > 1)
  await postgres.stop()
  assert.deepEqual(listClusterProcesses(cluster), [])
  await postgres.stop()
})

test('a stop does not wait for a client that sits in a transaction', async t => {
  const postgres = await startEmbeddedPostgres({ dataDir: await temporaryDirectory(t) })
  const client = new pg.Client({ connectionString: postgres.connectionString })
  client.on('error', () => {}) // reported once by PostgreSQL and once by the driver
  await client.connect()
  await client.query('begin; create table unfinished ()')
  const before = performance.now()
  await postgres.stop()
  assert.ok(performance.now() - before < 5_000)
  await assert.rejects(client.query('select 1'))
})

test('a server that was killed leaves a PostgreSQL which the next start replaces, with every committed row', async t => {
  const dataDir = await temporaryDirectory(t)
  const { child, outcome } = await startEmbeddedPostgresProcess(dataDir)
  assert.ok('connectionString' in outcome, JSON.stringify(outcome))
  await query(outcome.connectionString, 'create table kept as select 42 as answer')
  const orphan = await postmasterPid(dataDir)
  child.kill('SIGKILL')
  await once(child, 'close')
  const orphaned = runningPids(dataDir).includes(orphan)
  assert.ok(orphaned, 'it outlives its parent')
  await using next = await startEmbeddedPostgres({ dataDir })
  assert.deepEqual(await query(next.connectionString, 'select answer from kept'), [{ answer: 42 }])
  assert.ok(!runningPids(dataDir).includes(orphan))
})

test('backends that go on computing after server and postmaster were killed are stopped before the next start', async t => {
  const dataDir = await temporaryDirectory(t)
  const { child, outcome } = await startEmbeddedPostgresProcess(dataDir)
  assert.ok('connectionString' in outcome, JSON.stringify(outcome))
  const endless = 'select count(*) from generate_series(1, 1000000000000)'
  const failed = assert.rejects(query(outcome.connectionString, endless))
  // A backend that only waits for its client sees the end of the postmaster by itself.
  const computing = `select from pg_stat_activity where query = '${endless}' and state = 'active'`
  while ((await query(outcome.connectionString, computing)).length === 0) await sleep(20)
  child.kill('SIGKILL')
  await once(child, 'close')
  process.kill(await postmasterPid(dataDir), 'SIGKILL')
  await using next = await startEmbeddedPostgres({ dataDir })
  await failed
  assert.deepEqual(await query(next.connectionString, 'select 1 as one'), [{ one: 1 }])
})

test('a second server on the same data directory is refused with the process that holds it', async t => {
  const dataDir = await temporaryDirectory(t)
  await using first = await startEmbeddedPostgres({ dataDir })
  const refusal = `DATA_DIR ${dataDir} is in use by another server (process ${process.pid}): stop it, or give this one another DATA_DIR; several servers can share a database through DATABASE_URL.`
  const { outcome } = await startEmbeddedPostgresProcess(dataDir)
  assert.deepEqual(outcome, { failure: refusal, code: 1 })
  await assert.rejects(startEmbeddedPostgres({ dataDir }), { name: 'StartupError', message: refusal })
  assert.deepEqual(await query(first.connectionString, 'select 1 as one'), [{ one: 1 }])
})

test('a PostgreSQL of another container, whose processes cannot be seen, is not joined by a second one', async t => {
  const dataDir = await temporaryDirectory(t)
  await (await startEmbeddedPostgres({ dataDir })).stop()
  const elsewhere = createServer().listen(join(dataDir, 'postgres', '.s.PGSQL.5432'))
  t.after(() => elsewhere.close())
  await once(elsewhere, 'listening')
  await assert.rejects(startEmbeddedPostgres({ dataDir }), {
    name: 'StartupError',
    message: `PostgreSQL on ${join(dataDir, 'postgres')} still runs in another container: stop that container first.`,
  })
})

test('of several servers started at once on a new data directory one wins', async t => {
  const dataDir = await temporaryDirectory(t)
  const started = await Promise.all([1, 2, 3].map(() => startEmbeddedPostgresProcess(dataDir)))
  const winners = started.filter(({ outcome }) => 'connectionString' in outcome)
  assert.equal(winners.length, 1, JSON.stringify(started.map(({ outcome }) => outcome)))
  winners[0]?.child.kill('SIGTERM')
  const [code] = await once(winners[0]?.child ?? assert.fail(), 'close')
  assert.equal(code, 0)
})

for (const [state, content] of [
  [
    'names the process of another program',
    (pid: number) => `${pid}\n/proc/self/fd/3\n1\n5432\n.\n\n  1  1\nready   \n`,
  ],
  ['is empty', () => ''],
] as const) {
  test(`a postmaster.pid that ${state}, after a crash of the machine, does not prevent a start`, async t => {
    const dataDir = await temporaryDirectory(t)
    await (await startEmbeddedPostgres({ dataDir })).stop()
    const bystander = await startEmbeddedPostgresProcess(join(dataDir, 'other'))
    t.after(async () => {
      bystander.child.kill('SIGTERM')
      await once(bystander.child, 'close')
    })
    const pid = await postmasterPid(join(dataDir, 'other')) // of the same user and even a PostgreSQL
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), content(pid))
    await writeFile(join(dataDir, 'postgres', '.s.PGSQL.5432.lock'), content(pid))
    await using postgres = await startEmbeddedPostgres({ dataDir })
    assert.deepEqual(await query(postgres.connectionString, 'select 1 as one'), [{ one: 1 }])
    process.kill(pid, 0) // the bystander was left alone
  })
}

test('when only PostgreSQL is killed it is restarted, and an open pool works again by itself', async t => {
  const dataDir = await temporaryDirectory(t)
  await using postgres = await startEmbeddedPostgres({ dataDir })
  await using database = openedDatabase(postgres.connectionString)
  const { db } = database
  const one = () => db.selectNoFrom(eb => eb.lit(1).as('one')).execute()
  await Promise.all([one(), one(), one()])
  for (const round of [1, 2]) {
    const before = await postmasterPid(dataDir)
    process.kill(before, 'SIGKILL')
    assert.deepEqual(
      await eventually(async () => {
        assert.notEqual(await postmasterPid(dataDir), before, `round ${round}`)
        return one()
      }, 60_000),
      [{ one: 1 }],
    )
  }
})

const openedDatabase = (connectionString: string) => {
  const handle = openDatabase({ connectionString })
  return { ...handle, [Symbol.asyncDispose]: handle.close }
}

test('the data directory may have a long path with spaces, below a folder that only its owner can enter', async t => {
  const closed = await temporaryDirectory(t)
  await chmod(closed, 0o700)
  const dataDir = join(closed, "it's a long way ".repeat(12), 'data')
  await using postgres = await startEmbeddedPostgres({ dataDir })
  assert.deepEqual(await query(postgres.connectionString, 'select 1 as one'), [{ one: 1 }])
})

test('PostgreSQL never runs as root, and its files are closed to others', {
  skip: !asRoot && 'needs root',
}, async t => {
  const dataDir = await temporaryDirectory(t)
  await using _postgres = await startEmbeddedPostgres({ dataDir })
  const files = await stat(join(dataDir, 'postgres'))
  assert.deepEqual([isOwnAccount('database', files.uid), files.mode & 0o777], [true, 0o700])
  for (const { pid } of listClusterProcesses(clusterOf(dataDir))) {
    assert.match(await readFile(`/proc/${pid}/status`, 'utf8'), new RegExp(`^Uid:(\\s+${files.uid}){4}$`, 'm'))
    assert.match(await readFile(`/proc/${pid}/status`, 'utf8'), /^Groups:\s*$/m)
  }
})

test('files that root restored from a backup are given back to the account', {
  skip: !asRoot && 'needs root',
}, async t => {
  const dataDir = await temporaryDirectory(t)
  await (await startEmbeddedPostgres({ dataDir })).stop()
  for (const path of ['postgres', 'postgres/PG_VERSION', 'postgres/global']) await chown(join(dataDir, path), 0, 0)
  await using postgres = await startEmbeddedPostgres({ dataDir })
  assert.deepEqual(await query(postgres.connectionString, 'select 1 as one'), [{ one: 1 }])
})

test('links that PostgreSQL’s account has put in its folder do not lead root to other files', {
  skip: !asRoot && 'needs root',
}, async t => {
  const dataDir = await temporaryDirectory(t)
  await (await startEmbeddedPostgres({ dataDir })).stop()
  const target = join(dataDir, 'of-root')
  await writeFile(target, 'untouched')
  for (const name of ['postgresql.conf', 'pg_hba.conf', 'postmaster.pid']) {
    const path = join(dataDir, 'postgres', name)
    await rm(path, { force: true })
    await symlink(target, path)
  }
  await (await startEmbeddedPostgres({ dataDir })).stop()
  assert.equal(await readFile(target, 'utf8'), 'untouched')
  assert.equal((await stat(target)).uid, 0)
})

test('a stranger’s process that calls itself PostgreSQL is neither stopped nor waited for', {
  skip: !asRoot && 'needs two accounts',
}, async t => {
  const dataDir = await temporaryDirectory(t)
  await (await startEmbeddedPostgres({ dataDir })).stop()
  const stranger = spawn('sleep', ['60'], { argv0: `postgres: ${clusterOf(dataDir).name}: walwriter`, uid: 1, gid: 1 })
  t.after(() => stranger.kill('SIGKILL'))
  await once(stranger, 'spawn')
  await using _postgres = await startEmbeddedPostgres({ dataDir })
  assert.equal(stranger.signalCode, null)
})

test('an ordinary user starts it as himself', { skip: !asRoot && 'every other test shows it' }, async t => {
  const dataDir = await temporaryDirectory(t)
  await chown(dataDir, NOBODY.uid, NOBODY.gid)
  const { child, outcome } = await startEmbeddedPostgresProcess(dataDir, NOBODY)
  assert.ok('connectionString' in outcome, JSON.stringify(outcome))
  child.kill('SIGTERM')
  const [code] = await once(child, 'close')
  assert.equal(code, 0)
})

test('an ordinary user is told whose database it is', { skip: !asRoot && 'needs root' }, async t => {
  const dataDir = await temporaryDirectory(t)
  await chmod(dataDir, 0o777)
  await mkdir(join(dataDir, 'postgres'))
  const { outcome } = await startEmbeddedPostgresProcess(dataDir, NOBODY)
  assert.deepEqual(outcome, {
    code: 1,
    failure: `${join(dataDir, 'postgres')} belongs to user 0, the server runs as user 65534 (nobody): run it as that user or as root, or change the owner with chown -R.`,
  })
})

for (const [found, prepare, message] of [
  [
    'holds other files',
    (dataDir: string) => writeFile(join(dataDir, 'postgres', 'notes.txt'), 'mine'),
    /holds files that are not a PostgreSQL database: move them away\.$/,
  ],
  [
    'was made by another version',
    (dataDir: string) => writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n'),
    /was made by PostgreSQL 17, this version ships PostgreSQL 18: /,
  ],
] as const) {
  test(`a database folder that ${found} is refused and left alone`, async t => {
    const dataDir = await temporaryDirectory(t)
    await mkdir(join(dataDir, 'postgres'))
    await prepare(dataDir)
    await assert.rejects(startEmbeddedPostgres({ dataDir }), { name: 'StartupError', message })
  })
}

test('a data directory that cannot be one is refused with a sentence', async t => {
  const file = join(await temporaryDirectory(t), 'file')
  await writeFile(file, '')
  await assert.rejects(startEmbeddedPostgres({ dataDir: file }), {
    name: 'StartupError',
    message: /^The database in DATA_DIR .*file cannot be started: EEXIST/,
  })
})

test('only the account of the server is let in', { skip: !asRoot && 'needs a second account' }, async t => {
  const dataDir = await temporaryDirectory(t)
  await using _postgres = await startEmbeddedPostgres({ dataDir })
  const log = join(dataDir, 'postgres.log')
  assert.doesNotMatch(await readFile(log, 'utf8'), /no pg_hba.conf entry|Peer authentication failed/)
  const connectionString = `postgresql://somebody@/postgres?host=${join(dataDir, 'postgres')}&sslmode=disable`
  await assert.rejects(query(connectionString, 'select 1'), { code: '28000' })
})
