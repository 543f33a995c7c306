/**
 * A lock that many processes share, or one has alone. It is a POSIX record lock: the kernel takes it back when a process
 * ends in any way, and it counts across containers. Node has no call for it, so the SQLite that Node carries takes it, on an
 * empty file in which nothing is ever written.
 */

import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const SQLITE_BUSY = 5
/** Milliseconds for the one that has it alone to finish. */
const PATIENCE_MS = 30_000

const isCoded = (error: unknown, field: 'code' | 'errcode', value: unknown): boolean =>
  error instanceof Error && Reflect.get(error, field) === value

/** An existing file is not opened here: to close any descriptor of it drops the locks that this process has on it. */
const createPrivately = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if (!isCoded(error, 'code', 'EEXIST')) throw error
  }
}

const openLock = (file: string, timeout: number, statement: string): DatabaseSync => {
  createPrivately(file)
  const database = new DatabaseSync(file, { timeout })
  try {
    database.exec(`pragma journal_mode = memory; ${statement}`) // no second file, as nothing is ever written
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** What this process shares until it ends. */
const shared = new Map<string, DatabaseSync>()

/**
 * Shares the lock of a file until this process ends. Waits for the one that has it alone.
 *
 * @throws the error of the disk
 */
export const shareLock = (file: string): void => {
  if (!shared.has(file)) shared.set(file, openLock(file, PATIENCE_MS, 'begin; select count(*) from sqlite_master'))
}

/**
 * Does something while no process shares the lock of a file.
 *
 * @returns false, with nothing done, when one does, this process included
 * @throws the error of the disk
 */
export const whileUnshared = (file: string, act: () => void): boolean => {
  let lock: DatabaseSync
  try {
    lock = openLock(file, 0, 'begin exclusive')
  } catch (error) {
    if (isCoded(error, 'errcode', SQLITE_BUSY)) return false
    throw error
  }
  try {
    act()
    return true
  } finally {
    lock.close()
  }
}
