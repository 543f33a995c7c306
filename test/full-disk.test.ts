/** The disk is full and is given room again: readiness says so, and logins go on where they stopped. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startServerProcess } from '../src/cli/demo/server-process.ts'
import { createSimulatedBrowser } from '../src/cli/demo/simulated-browser.ts'
import { freePort, readCredentials, serverEnvironment, temporaryDirectory } from './kit/server.ts'

const DISK = '192m'

/** A small disk in memory; undefined where the account of the test may not mount one. */
const mountSmallDisk = (): { path: string; unmount(): void } | undefined => {
  const path = temporaryDirectory()
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=0755`, 'tmpfs', path])
  if (status !== 0) {
    rmSync(path, { recursive: true })
    return undefined
  }
  const unmount = (): void => {
    spawnSync('umount', ['--lazy', path])
    rmSync(path, { recursive: true, force: true })
  }
  return { path, unmount }
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

test('a full disk makes the server unready, and room makes it ready again', async t => {
  const disk = mountSmallDisk()
  if (!disk) return t.skip('this account may not mount a small disk')
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
    fill(join(disk.path, 'filler'))
    await untilDatabaseIs('not_writable')
    assert.equal((await fetch(new URL('healthz', server.issuer))).status, 200)
    rmSync(join(disk.path, 'filler'))
    await untilDatabaseIs('ok')
    await logIn()
  } finally {
    await server.stop()
    disk.unmount()
  }
})
