/** A folder for one build, which nothing outlives. */

import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeOpenFolder } from '../../../base/open-copy.ts'

/** Removes what a server that was killed during a build has left. */
const removeAbandoned = async (root: string, abandonedMs: number): Promise<void> => {
  for (const name of await readdir(root)) {
    const { mtimeMs } = (await stat(join(root, name)).catch(() => undefined)) ?? {}
    if (mtimeMs !== undefined && Date.now() - mtimeMs > abandonedMs)
      await rm(join(root, name), { recursive: true, force: true })
  }
}

/**
 * @param root holds nothing but such folders
 * @param abandonedMs longer than any build
 */
export const inWorkFolder = async <T>(
  root: string,
  abandonedMs: number,
  work: (folder: string) => Promise<T>,
): Promise<T> => {
  makeOpenFolder(root)
  await removeAbandoned(root, abandonedMs)
  const folder = join(root, randomUUID())
  try {
    await mkdir(folder, { mode: 0o700 })
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
