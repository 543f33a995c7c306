/** A server that is root: what native code finds that has broken out of V8 and of Node's permissions in a child. */

import assert from 'node:assert/strict'
import { type ChildProcess, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startEmbeddedPostgres } from '../../store/embedded/embedded-postgres.ts'
import { clusterIdentityOf } from '../../store/embedded/postgres-cluster.ts'
import { listClusterProcesses } from '../../store/embedded/postgres-processes.ts'
import { childAccount } from './child-account.ts'
import { startChild } from './pool/child-process.ts'

const needsRoot = { skip: process.geteuid?.() !== 0 && 'needs root' }

/** Real, effective, saved and file system number of a process. */
const numbersOf = (pid: number | undefined, kind: 'Uid' | 'Gid' | 'Groups'): readonly number[] => {
  const [, numbers = ''] = new RegExp(`^${kind}:\t(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return numbers.trim().split(/\s+/).filter(Boolean).map(Number)
}

const openChild = async (t: TestContext): Promise<ChildProcess> => {
  const { process: child, pipe } = startChild("require('node:fs').writeSync(3, 'up'); setInterval(() => {}, 1e6)")
  t.after(() => child.kill('SIGKILL'))
  pipe.on('error', () => {})
  assert.equal(String((await pipe.take(1).toArray())[0]), 'up')
  return child
}

/** What a program reads with the account of a child, and nothing that holds it back but that account. */
const readAs = (child: ChildProcess, ...command: readonly string[]) => {
  const [uid = -1] = numbersOf(child.pid, 'Uid')
  const [gid = -1] = numbersOf(child.pid, 'Gid')
  const [file = '', ...args] = command
  const { status, stdout, stderr } = spawnSync(file, args, { uid, gid, cwd: '/', encoding: 'utf8' })
  return { status, stdout, stderr }
}

const assertDenied = (child: ChildProcess, ...command: readonly string[]): void => {
  const { status, stdout, stderr } = readAs(child, ...command)
  assert.notEqual(status, 0, `${command.join(' ')}: ${stdout}`)
  assert.match(stderr, /Permission denied|Operation not permitted/, command.join(' '))
}

test('a child reaches PostgreSQL neither by its folder nor through its processes', needsRoot, async t => {
  const dataDir = mkdtempSync(join(tmpdir(), 'experiment-center-account-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  chmodSync(dataDir, 0o755) // an operator's own choice: the folder of the database is closed nevertheless
  await using _postgres = await startEmbeddedPostgres({ dataDir })
  const child = await openChild(t)
  const processes = listClusterProcesses(clusterIdentityOf(join(dataDir, 'postgres')))
  assert.ok(processes.length > 1)
  for (const { pid } of processes) {
    assert.notDeepEqual(numbersOf(pid, 'Uid'), numbersOf(child.pid, 'Uid'))
    for (const way of ['cwd', 'root', 'fd']) assertDenied(child, 'ls', `/proc/${pid}/${way}/`)
    for (const way of ['environ', 'mem', 'maps']) assertDenied(child, 'cat', `/proc/${pid}/${way}`)
    assertDenied(child, 'kill', '-0', String(pid))
  }
  for (const path of ['', 'PG_VERSION', 'global', '.s.PGSQL.5432'])
    assertDenied(child, 'ls', join(dataDir, 'postgres', path, '.'))
})

test('a child reaches neither the server nor another child', needsRoot, async t => {
  const [one, other] = [await openChild(t), await openChild(t)]
  for (const pid of [process.pid, other.pid]) {
    assertDenied(one, 'ls', `/proc/${pid}/cwd/`)
    assertDenied(one, 'cat', `/proc/${pid}/environ`)
    assertDenied(one, 'kill', '-0', String(pid))
  }
})

test('a child has the group of its account and no other', needsRoot, async t => {
  const child = await openChild(t)
  assert.deepEqual(numbersOf(child.pid, 'Gid'), numbersOf(child.pid, 'Uid'))
  assert.deepEqual(numbersOf(child.pid, 'Groups'), [])
})

test('children, builds and PostgreSQL never share a number', needsRoot, () => {
  const numbers = (purpose: 'sandbox' | 'build') =>
    new Set(Array.from({ length: 200 }, () => childAccount(purpose, []).identity.uid))
  const [sandbox, build] = [numbers('sandbox'), numbers('build')]
  assert.deepEqual([sandbox.size, build.size, new Set([...sandbox, ...build, 61_000]).size], [64, 16, 81])
})

test('a program in a closed folder is copied to where the account can run it; it is not run as root', needsRoot, t => {
  const folder = mkdtempSync(join(tmpdir(), 'experiment-center-closed-'))
  const program = join(folder, 'program')
  writeFileSync(program, '#!/bin/sh\nid -u\n', { mode: 0o700 })
  const { identity, pathOf } = childAccount('sandbox', [program])
  t.after(() => {
    for (const path of [folder, pathOf(program).slice(0, -program.length)]) rmSync(path, { recursive: true })
  })
  const { stdout } = spawnSync(pathOf(program), [], { ...identity, cwd: '/', encoding: 'utf8' })
  assert.equal(Number(stdout), identity.uid)
})
