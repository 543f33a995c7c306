/** The disk is full and is given room again: readiness says so, and logins go on where they stopped. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { startServerProcess } from '../src/cli/demo/server-process.ts'
import { createSimulatedBrowser } from '../src/cli/demo/simulated-browser.ts'
import { ROLE } from '../src/store/embedded/postgres-configuration.ts'
import { freePort, readCredentials, serverEnvironment, temporaryDirectory } from './kit/server.ts'

const DISK = '192m'

/** Where a server keeps its data, and how it is left without space, and given some again. */
interface Space extends Disposable {
  readonly path: string
  readonly take: () => Promise<void>
  readonly give: () => Promise<void>
}

/** Writes until the disk takes no more byte. */
const fill = (file: string): void => {
  const descriptor = openSync(file, 'w')
  try {
    for (let size = 1 << 20; size >= 1; ) {
      try {
        writeSync(descriptor, Buffer.alloc(size))
      } catch {
        size >>= 1
      }
    }
  } finally {
    closeSync(descriptor)
  }
}

/** A small disk in memory, which is filled; undefined where the account of the test may not mount one. */
const mountSmallDisk = (): Space | undefined => {
  const path = temporaryDirectory()
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=0755`, 'tmpfs', path])
  if (status !== 0) {
    rmSync(path, { recursive: true })
    return undefined
  }
  const filler = join(path, 'filler')
  return {
    path,
    take: async () => fill(filler),
    give: async () => rmSync(filler),
    [Symbol.dispose]: () => {
      spawnSync('umount', ['--lazy', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** A folder for which PostgreSQL is told that it may use no more of the disk: it refuses the same statement. */
const limitSpace = (): Space => {
  const path = temporaryDirectory()
  const host = join(path, 'data', 'postgres')
  const alter = async (change: string): Promise<void> => {
    const client = new pg.Client({ connectionString: `postgresql://${ROLE}@/postgres?host=${host}&sslmode=disable` })
    await client.connect()
    await client.query(`alter system ${change}`)
    await client.query('select pg_reload_conf()')
    await client.end()
  }
  return {
    path,
    take: () => alter(`set temp_file_limit = '40kB'`),
    give: () => alter('reset temp_file_limit'),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

test('a full disk makes the server unready, and room makes it ready again', async () => {
  using disk = mountSmallDisk() ?? limitSpace()
  const dataDir = join(disk.path, 'data')
  mkdirSync(dataDir)
  const server = await startServerProcess(
    serverEnvironment({ PORT: String(await freePort()), DATA_DIR: dataDir, LOG_LEVEL: 'silent' }),
  )
  const readiness = async () => (await fetch(new URL('readyz', server.issuer))).text()
  const untilDatabaseIs = async (state: string): Promise<void> => {
    while (!(await readiness()).includes(`"database":"${state}"`)) await delay(100)
  }
  const { admin, app } = readCredentials(dataDir)
  const [redirectUri = ''] = app.callbacks
  const party = { issuer: server.issuer, clientId: app.client_id, clientSecret: app.client_secret, redirectUri }
  const logIn = () => createSimulatedBrowser(party, {}, () => 'a'.repeat(43)).logIn(admin.email, admin.password)
  try {
    await untilDatabaseIs('ok')
    await logIn()
    await disk.take()
    await untilDatabaseIs('not_writable')
    assert.equal((await fetch(new URL('healthz', server.issuer))).status, 200)
    await disk.give()
    await untilDatabaseIs('ok')
    await logIn()
  } finally {
    await server.stop()
  }
})
