/** The lock that keeps two servers from running on one data directory. */

import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartupError } from '../../base/startup-error.ts'

export interface DataDirectoryLock {
  readonly release: () => void
}

const SQLITE_BUSY = 5

/**
 * Takes the lock of a data directory and holds it until `release`, or until the process is gone.
 *
 * The lock is a POSIX record lock, which the kernel gives to one process and takes back when that
 * process ends in any way: it cannot go stale and there is no moment between looking and
 * taking. Node has no call for it, so it is taken by the SQLite that Node carries: an exclusive
 * transaction, in which nothing is ever written, on an empty file.
 *
 * @throws StartupError naming the process that holds it
 */
export const lockDataDirectory = (dataDir: string): DataDirectoryLock => {
  const file = join(dataDir, 'server.lock')
  const database = openLockFile(file)
  try {
    database.exec('pragma journal_mode = memory; begin exclusive') // no second file, as nothing is ever written
  } catch (error) {
    database.close()
    throw new StartupError(isBusy(error) ? inUse(dataDir, file) : `${file} cannot be locked: ${String(error)}.`)
  }
  return { release: () => database.close() }
}

const openLockFile = (file: string): DatabaseSync => {
  try {
    createPrivately(file)
    return new DatabaseSync(file, { timeout: 0 })
  } catch (error) {
    throw new StartupError(`${file} cannot be opened: ${String(error)}. The server must be able to write to DATA_DIR.`)
  }
}

/**
 * No other code may open the file, as a reader could lock it too. An existing one is not opened here: closing any
 * descriptor of it would drop a lock that this process holds.
 */
const createPrivately = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY

const inUse = (dataDir: string, file: string): string => {
  const pid = lockHolder(file)
  const holder = pid === undefined ? 'another server' : `another server (process ${pid})`
  return `DATA_DIR ${dataDir} is in use by ${holder}: stop it, or give this one another DATA_DIR; several servers can share a database through DATABASE_URL.`
}

/**
 * The kernel's own record of who holds the lock: lines such as `1: POSIX  ADVISORY  WRITE 4711 fe:00:131 0 EOF`.
 * Nothing when the holder lives in another container, whose processes have no number here.
 */
const lockHolder = (file: string): number | undefined => {
  try {
    const inode = String(statSync(file).ino)
    const lines = readFileSync('/proc/locks', 'utf8').split('\n')
    const fields = lines
      .map(line => line.split(/\s+/))
      .find(line => line[3] === 'WRITE' && line[5]?.endsWith(`:${inode}`))
    const pid = Number(fields?.[4])
    return pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}
