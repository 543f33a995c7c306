/** The file that takes PostgreSQL's own log, kept from growing without bound. */

import { closeSync, constants, copyFileSync, fstatSync, ftruncateSync, openSync, readSync, rmSync } from 'node:fs'

export interface PostgresLog {
  readonly path: string
  /** For the standard output and error of the process; it appends, so that truncating leaves no hole. */
  readonly descriptor: number
  /** The current end, in bytes. */
  readonly size: () => number
  /** What was written since `size` gave `from`. */
  readonly readFrom: (from: number) => string
  readonly close: () => void
}

const LIMIT_BYTES = 4 * 1024 * 1024
/** Never through a link, which could lead a server that is root to a file of another account. */
const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
const CHECK_MS = 10_000

/**
 * Opens the log. When it passes 4 MiB it is moved to `<path>.1`, of which there is one, and begins anew: PostgreSQL
 * keeps its descriptor, also when it outlives this process, so the file is copied and emptied, never renamed.
 */
export const openPostgresLog = (path: string): PostgresLog => {
  const descriptor = openSync(path, FLAGS, 0o600)
  const size = (): number => fstatSync(descriptor).size
  const trim = (): void => {
    if (size() <= LIMIT_BYTES) return
    try {
      rmSync(`${path}.1`, { force: true })
      copyFileSync(path, `${path}.1`, constants.COPYFILE_EXCL)
    } catch {
      // no room for a copy is no reason to let the log fill the disk
    }
    ftruncateSync(descriptor)
  }
  trim()
  const timer = setInterval(trim, CHECK_MS)
  timer.unref()
  return {
    path,
    descriptor,
    size,
    readFrom: from => {
      const buffer = Buffer.alloc(Math.max(0, Math.min(size() - from, 64 * 1024)))
      return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, from))
    },
    close: () => {
      clearInterval(timer)
      closeSync(descriptor)
    },
  }
}
