/** The sink `file`: JSON lines in a directory of the server, rotated by size. */

import { constants, type FileHandle, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { claimFolder, type FileFolder, FolderRefusal } from './file-folder.ts'
import { envelope, toItem } from './item.ts'
import { defineSink, type Item, type OpenSink, type SendResult } from './sink.ts'

const MAX_EVENT_BYTES = 1_000_000
const DEFAULT_MAX_BYTES = 100_000_000
const DEFAULT_MAX_FILES = 10

const schema = z.strictObject({
  /** A plain name: the directory is the operator's choice. */
  fileName: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'must be a file name of letters, digits, dot, hyphen and underscore'),
  fileMaxBytes: z.int().min(1_000_000).max(10_000_000_000).optional(),
  /** How many rotated files are kept beside the current one. */
  fileMaxFiles: z.int().min(1).max(1000).optional(),
})

interface Current {
  readonly handle: FileHandle
  size: number
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants
const NEWLINE = 0x0a

/** Where the last complete line ends: a line that was cut off by a crash was never acknowledged and comes again. */
const endOfLastLine = async (handle: FileHandle, size: number): Promise<number> => {
  const window = Buffer.alloc(Math.min(size, MAX_EVENT_BYTES * 2))
  await handle.read(window, 0, window.length, size - window.length)
  const end = window.lastIndexOf(NEWLINE)
  return end < 0 ? size - window.length : size - window.length + end + 1
}

const measure = async (handle: FileHandle): Promise<Current> => {
  const { size, nlink } = await handle.stat()
  // By its other name the file could be another stream's.
  if (nlink > 1) throw new FolderRefusal('The file has a second name: a hard link leads to it.')
  const end = size === 0 ? 0 : await endOfLastLine(handle, size)
  if (end < size) await handle.truncate(end)
  return { handle, size: end }
}

const openCurrent = async (path: string): Promise<Current> => {
  const handle = await open(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_RDWR, 0o600)
  try {
    return await measure(handle)
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** `name` becomes `name.1`, `name.1` becomes `name.2`, and so on; the oldest is overwritten. */
const rotate = async (path: string, maxFiles: number): Promise<void> => {
  for (let number = maxFiles - 1; number >= 0; number -= 1) {
    const from = number === 0 ? path : `${path}.${number}`
    await rename(from, `${path}.${number + 1}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
}

const toResult = (error: unknown): SendResult => {
  if (error instanceof FolderRefusal) return { kind: 'rejected', reason: error.message }
  const { code = 'unknown' } = error as NodeJS.ErrnoException // what the file system raises
  return { kind: 'retry', reason: `The file cannot be written (${code}).` }
}

const openFile = (settings: z.infer<typeof schema>, folder: FileFolder): OpenSink => {
  const path = join(folder.directory, settings.fileName)
  const maxBytes = settings.fileMaxBytes ?? DEFAULT_MAX_BYTES
  let current: Current | undefined

  const close = async (): Promise<void> => {
    const closing = current
    current = undefined
    await closing?.handle.close()
  }
  const withRoomFor = async (bytes: number): Promise<Current> => {
    if (!current) {
      await claimFolder(folder)
      current = await openCurrent(path)
    }
    if (current.size === 0 || current.size + bytes <= maxBytes) return current
    await close()
    await rotate(path, settings.fileMaxFiles ?? DEFAULT_MAX_FILES)
    current = await openCurrent(path)
    return current
  }
  /** Durable when it settles: what was acknowledged outlives a power cut. */
  const append = async (batch: readonly Item[]): Promise<void> => {
    const bytes = Buffer.from(batch.map(({ text }) => `${text}\n`).join(''))
    const file = await withRoomFor(bytes.length)
    await file.handle.appendFile(bytes)
    await file.handle.datasync()
    file.size += bytes.length
  }

  return {
    encode: event => toItem(event, envelope, MAX_EVENT_BYTES),
    async send(batch) {
      try {
        await append(batch)
        return { kind: 'accepted' }
      } catch (error) {
        // Opened again next time, which cuts off what may have been half written.
        await close().catch(() => {})
        return toResult(error)
      }
    },
    close,
  }
}

const CLOSED: OpenSink = {
  encode: event => toItem(event, envelope, MAX_EVENT_BYTES),
  send: () => Promise.resolve({ kind: 'rejected', reason: 'This server has no folder for log files.' }),
  close: () => Promise.resolve(),
}

export const file = defineSink({
  type: 'file',
  doc: 'JSON lines in a file of the server, rotated by size, one envelope `{log_id, data}` per line.',
  schema,
  secrets: {},
  limits: { maxEvents: 5000, maxBytes: 4_000_000 },
  open: (settings, { folder }) => (folder === undefined ? CLOSED : openFile(settings, folder)),
})
