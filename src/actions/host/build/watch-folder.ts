/** Watches what a process writes: no limit of the kernel is on a folder. */

import { lstat, opendir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface FolderLimits {
  readonly folderBytes: number
  readonly folderEntries: number
  /** What must be left on the disk. */
  readonly freeBytes: number
  readonly lookMs: number
}

/** What is too much; `disk` is the fault of no build in particular. */
export type Outgrown = 'size' | 'disk'

/** What `stat` counts blocks in, on every disk. */
const BLOCK_BYTES = 512

interface Used {
  bytes: number
  entries: number
}

/** Adds up until it is too much; what disappears meanwhile is not there. */
const isTooLarge = async (folder: string, limits: FolderLimits, used: Used): Promise<boolean> => {
  const entries = await opendir(folder).catch(() => undefined)
  for await (const entry of entries ?? []) {
    const path = join(folder, entry.name)
    const stat = await lstat(path).catch(() => undefined)
    used.entries += 1
    used.bytes += Math.max((stat?.blocks ?? 0) * BLOCK_BYTES, stat?.size ?? 0)
    if (used.bytes > limits.folderBytes || used.entries > limits.folderEntries) return true
    if (entry.isDirectory() && (await isTooLarge(path, limits, used))) return true
  }
  return false
}

const freeOn = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** What cannot be measured counts as full. */
const look = async (folder: string, limits: FolderLimits): Promise<Outgrown | undefined> => {
  try {
    if ((await freeOn(folder)) < limits.freeBytes) return 'disk'
    return (await isTooLarge(folder, limits, { bytes: 0, entries: 0 })) ? 'size' : undefined
  } catch {
    return 'disk'
  }
}

/**
 * Runs work that fills a folder, and tells it to end when that is too much.
 *
 * @returns what the work returned, and what was too much, also when the work was faster than the watchman
 */
export const watchFolder = async <T>(
  folder: string,
  limits: FolderLimits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly result: T; readonly outgrown: Outgrown | undefined }> => {
  const tooMuch = new AbortController()
  const done = new AbortController()
  const watching = (async () => {
    while (!done.signal.aborted) {
      const outgrown = await look(folder, limits)
      if (outgrown) {
        tooMuch.abort()
        return outgrown
      }
      await sleep(limits.lookMs, undefined, { signal: done.signal }).catch(() => undefined)
    }
    return look(folder, limits)
  })()
  try {
    const result = await work(tooMuch.signal)
    done.abort()
    return { result, outgrown: await watching }
  } finally {
    done.abort()
    await watching
  }
}
