/** A server that is root: whose the files of PostgreSQL are, also those that an earlier version gave to `nobody`. */

import assert from 'node:assert/strict'
import { chown, link, lstat, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { isOwnAccount } from '../../base/own-account.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import type { PostgresAccount } from './postgres-account.ts'
import { preparePostgresBinaries } from './postgres-binaries.ts'
import { configureCluster, openCluster } from './postgres-cluster.ts'
import { DATABASE, ROLE } from './postgres-configuration.ts'
import { openPostgresLog } from './postgres-log.ts'
import { connectionStringOf, startPostmaster } from './postgres-postmaster.ts'

const needsRoot = { skip: process.geteuid?.() !== 0 && 'needs root' }

const identity = { uid: 65_534, gid: 65_534 }
/** As which PostgreSQL ran before it had an account of its own. */
const NOBODY: PostgresAccount = { ...identity, serverName: 'root', identity, creator: identity }

const temporaryDirectory = async (t: TestContext): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'experiment-center-owner-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

const query = async (connectionString: string, text: string): Promise<readonly unknown[]> => {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {}) // PostgreSQL is stopped below an open connection
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** What a server of an earlier version leaves when it is killed: its files, and PostgreSQL at work on them. */
const leaveOrphanOfNobody = async (t: TestContext, dataDir: string) => {
  const binaries = preparePostgresBinaries(NOBODY, dataDir)
  const cluster = await openCluster(dataDir, NOBODY, binaries)
  await configureCluster(cluster, NOBODY)
  const log = openPostgresLog(join(dataDir, 'postgres.log'))
  t.after(log.close)
  const orphan = await startPostmaster({ binaries, account: NOBODY, cluster, log })
  await query(connectionStringOf(cluster, ROLE, 'postgres'), `create database ${DATABASE}`)
  await query(connectionStringOf(cluster, ROLE, DATABASE), 'create table kept as select 42 as answer')
  return orphan
}

const ownersBelow = async (directory: string): Promise<ReadonlySet<string>> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const stats = await Promise.all(
    entries.map(entry => lstat(join(entry.parentPath, entry.name)).catch(() => undefined)),
  )
  return new Set([...stats, await stat(directory)].flatMap(found => (found ? [`${found.uid}:${found.gid}`] : [])))
}

const answerAfterStart = async (dataDir: string): Promise<readonly unknown[]> => {
  await using postgres = await startEmbeddedPostgres({ dataDir })
  return await query(postgres.connectionString, 'select answer from kept')
}

test(
  'a database of nobody gets an account of its own at the next start, and its running PostgreSQL is replaced',
  needsRoot,
  async t => {
    const dataDir = await temporaryDirectory(t)
    const orphan = await leaveOrphanOfNobody(t, dataDir)
    assert.deepEqual(await ownersBelow(join(dataDir, 'postgres')), new Set(['65534:65534']))
    assert.deepEqual(await answerAfterStart(dataDir), [{ answer: 42 }])
    assert.equal(await orphan.ended, 'exit code 0')
    const { uid } = await stat(join(dataDir, 'postgres'))
    assert.ok(isOwnAccount('database', uid), `user ${uid}`)
    assert.deepEqual(await ownersBelow(join(dataDir, 'postgres')), new Set([`${uid}:${uid}`]))
  },
)

test('a change of owner that was cut short is finished by the next start', needsRoot, async t => {
  const dataDir = await temporaryDirectory(t)
  await leaveOrphanOfNobody(t, dataDir)
  await answerAfterStart(dataDir)
  for (const late of ['base', 'global/pg_control', '.']) await chown(join(dataDir, 'postgres', late), 65_534, 65_534)
  assert.deepEqual(await answerAfterStart(dataDir), [{ answer: 42 }])
  assert.equal((await ownersBelow(join(dataDir, 'postgres'))).size, 1)
})

test('a database folder that is a link to another disk gets the account too', needsRoot, async t => {
  const [dataDir, disk] = [await temporaryDirectory(t), await temporaryDirectory(t)]
  await leaveOrphanOfNobody(t, disk)
  await symlink(join(disk, 'postgres'), join(dataDir, 'postgres'))
  assert.deepEqual(await answerAfterStart(dataDir), [{ answer: 42 }])
  assert.equal((await ownersBelow(join(disk, 'postgres'))).size, 1)
})

test('links among the files lead a change of owner nowhere', needsRoot, async t => {
  const dataDir = await temporaryDirectory(t)
  await leaveOrphanOfNobody(t, dataDir)
  const ofRoot = join(dataDir, 'of-root')
  await writeFile(ofRoot, '')
  const planted = join(dataDir, 'postgres', 'base', 'planted')
  await symlink(ofRoot, planted)
  assert.deepEqual(await answerAfterStart(dataDir), [{ answer: 42 }])
  assert.deepEqual([(await stat(ofRoot)).uid, isOwnAccount('database', (await lstat(planted)).uid)], [0, true])
})

for (const [what, plant, message] of [
  [
    'a file of root under a second name',
    async (dataDir: string) => {
      await writeFile(join(dataDir, 'of-root'), '')
      await link(join(dataDir, 'of-root'), join(dataDir, 'postgres', 'base', 'planted'))
    },
    /postgres\/base\/planted has a second name elsewhere: remove one of them, then start again\.$/,
  ],
  [
    'tablespaces in other folders',
    (dataDir: string) => symlink('/root', join(dataDir, 'postgres', 'pg_tblspc', '16400')),
    /postgres has tablespaces in other folders \(.*pg_tblspc\) and must belong to user 610\d\d: chown -R 610\d\d:610\d\d all of them/,
  ],
] as const) {
  test(`a database of nobody with ${what} is refused with a sentence`, needsRoot, async t => {
    const dataDir = await temporaryDirectory(t)
    await leaveOrphanOfNobody(t, dataDir)
    await plant(dataDir)
    await assert.rejects(startEmbeddedPostgres({ dataDir }), { name: 'StartupError', message })
    const { uid } = await stat(join(dataDir, 'of-root')).catch(() => stat('/root'))
    assert.equal(uid, 0)
  })
}
