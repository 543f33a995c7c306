/** Where a command writes what it was asked for: standard output, or a file that appears when it is complete. */

import { randomBytes } from 'node:crypto'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { CliFailure } from './cli-failure.ts'

export interface Output {
  /** Settles when the reader or the disk has taken it, so that nothing piles up in memory. */
  write(chunk: string | Uint8Array): Promise<void>
  /** Makes what was written final. */
  commit(): Promise<void>
  /** Leaves nothing behind, where that is possible. */
  discard(): Promise<void>
}

/** The reader has gone, as `head` does when it has seen enough; not a failure. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Wraps standard output. There is one per process. */
export const openStandardOutput = (stream: NodeJS.WritableStream): Output => {
  stream.on('error', () => {}) // the write that failed says so
  return {
    write: chunk =>
      new Promise((resolve, reject) => {
        stream.write(chunk, error => {
          if (!error) resolve()
          else if (['EPIPE', 'ERR_STREAM_DESTROYED'].includes(codeOf(error))) reject(new OutputClosed())
          else reject(new CliFailure(`Standard output cannot be written: ${error.message}.`))
        })
      }),
    commit: async () => {},
    discard: async () => {},
  }
}

/** Turns what the file system raises into a sentence about the path. */
export const orFail = async <T>(path: string, work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof CliFailure) throw error
    throw new CliFailure(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

/** What is there already: nothing, a file to replace, or something that must not be replaced, such as a pipe. */
export const lookAt = async (path: string): Promise<{ readonly target: string; readonly isSpecial: boolean }> => {
  try {
    const target = await realpath(path) // a link keeps pointing to its file
    const found = await stat(target)
    if (found.isDirectory()) throw new CliFailure(`${path} is a directory.`)
    return { target, isSpecial: !found.isFile() }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return { target: path, isSpecial: false }
  }
}

/** Appends to a file. */
export const writeTo =
  (path: string, file: FileHandle): Output['write'] =>
  chunk =>
    orFail(path, file.appendFile(chunk))

/**
 * Opens a file for its owner only, as a log holds personal data. It is written beside its place and moved there by
 * `commit`: readers see the old file or the whole new one. Devices and pipes are written directly.
 */
export const openFileOutput = async (path: string): Promise<Output> => {
  const { target, isSpecial } = await orFail(path, lookAt(path))
  if (isSpecial) {
    const device = await orFail(path, open(target, 'a'))
    const close = (): Promise<void> => device.close()
    return { write: writeTo(path, device), commit: close, discard: close }
  }
  const unfinished = `${target}.${randomBytes(4).toString('hex')}.part`
  const file = await orFail(path, open(unfinished, 'wx', 0o600))
  return {
    write: writeTo(path, file),
    async commit() {
      await orFail(path, file.sync())
      await file.close()
      await orFail(path, rename(unfinished, target))
    },
    async discard() {
      await file.close()
      await rm(unfinished, { force: true })
    },
  }
}
