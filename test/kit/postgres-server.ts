/** A throw-away PostgreSQL server for tests, in a temporary directory. */

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.ts'
import { lockDataDirectory } from '../../src/store/embedded/embedded-postgres-lock.ts'
import { clusterIdentityOf } from '../../src/store/embedded/postgres-cluster.ts'
import { listClusterProcesses, stopClusterProcesses } from '../../src/store/embedded/postgres-processes.ts'

export interface TestServer {
  readonly connectionString: string
  readonly stop: () => Promise<void>
}

const PREFIX = 'experiment-center-test-'

/**
 * Starts the embedded server without durability: its data is thrown away, and tests that crash it start
 * their own. It has connections for as many test files as a big machine runs at once.
 */
export const startTestServer = async (): Promise<TestServer> => {
  await removeLeftovers()
  const dataDir = mkdtempSync(join(tmpdir(), PREFIX))
  const removeNow = (): void => removeWithoutWaiting(dataDir)
  process.once('exit', removeNow) // an interrupted run ends without stopping what it started
  const unprepared = await startEmbeddedPostgres({ dataDir })
  await alterSystem(unprepared.connectionString, ['fsync = off', 'max_connections = 500'])
  await unprepared.stop()
  const postgres = await startEmbeddedPostgres({ dataDir })
  const stop = async (): Promise<void> => {
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true })
    process.off('exit', removeNow)
  }
  return { connectionString: postgres.connectionString, stop }
}

const alterSystem = async (connectionString: string, settings: readonly string[]): Promise<void> => {
  const admin = new pg.Client({ connectionString })
  await admin.connect()
  for (const setting of settings) await admin.query(`alter system set ${setting}`)
  await admin.end()
}

const removeWithoutWaiting = (dataDir: string): void => {
  const cluster = join(dataDir, 'postgres')
  const processes = existsSync(cluster) ? listClusterProcesses(clusterIdentityOf(cluster)) : []
  for (const { pid } of processes) process.kill(pid, 'SIGKILL')
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
}

/** A run that was killed could not even do that: its directory is there, and no process holds its lock. */
const removeLeftovers = async (): Promise<void> => {
  const directories = readdirSync(tmpdir()).filter(name => name.startsWith(PREFIX))
  for (const dataDir of directories.map(name => join(tmpdir(), name))) {
    const cluster = join(dataDir, 'postgres')
    if (!existsSync(join(cluster, 'PG_VERSION')) || isLocked(dataDir)) continue
    await stopClusterProcesses(clusterIdentityOf(cluster))
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const isLocked = (dataDir: string): boolean => {
  try {
    lockDataDirectory(dataDir).release()
    return false
  } catch {
    return true
  }
}
