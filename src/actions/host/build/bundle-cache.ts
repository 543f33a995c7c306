/** Bundles by what they are made of, as files; those that were not used for longest are removed. */

import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../../../base/make-directory.ts'
import type { ActionDependency } from '../../../model/action.ts'

export interface Bundle {
  readonly text: string
  readonly dependencies: readonly ActionDependency[]
  /** What may be the reason when it does not load; see `describeAddOns`. */
  readonly addOns: readonly string[]
}

export interface BundleCacheLimits {
  readonly bundles: number
  readonly bundleBytes: number
}

/** @param folder holds nothing else; it may be emptied at any time */
export const createBundleCache = (folder: string, { bundles, bundleBytes }: BundleCacheLimits) => {
  const pathOf = (key: string): string => join(folder, `${createHash('sha256').update(key).digest('hex')}.json`)
  /** Files that a killed server was writing count as well. */
  const prune = async (): Promise<void> => {
    const described = (await readdir(folder)).map(async name => {
      const { mtimeMs = 0, size = 0 } = (await stat(join(folder, name)).catch(() => undefined)) ?? {}
      return { file: join(folder, name), mtimeMs, size }
    })
    let bytes = 0
    const old = (await Promise.all(described))
      .sort((a, b) => b.mtimeMs - a.mtimeMs)
      .filter(({ size }, index) => {
        bytes += size
        return index >= bundles || bytes > bundleBytes
      })
    await Promise.all(old.map(({ file }) => rm(file, { force: true })))
  }
  return {
    read: async (key: string): Promise<Bundle | undefined> => {
      try {
        const bundle: Bundle = JSON.parse(await readFile(pathOf(key), 'utf8'))
        await utimes(pathOf(key), new Date(), new Date())
        return bundle
      } catch {
        return undefined
      }
    },
    write: async (key: string, bundle: Bundle): Promise<void> => {
      makeDirectory(folder)
      const temporary = `${pathOf(key)}.${randomUUID()}`
      await writeFile(temporary, JSON.stringify(bundle))
      await rename(temporary, pathOf(key))
      await prune()
    },
  }
}
