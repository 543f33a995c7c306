/** Makes folders; unlike `mkdir` with `recursive`, which never returns where the kernel makes none (below `/proc`). */

import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing.
 *
 * @param mode of those that are made
 * @returns those that were made, the uppermost first
 * @throws the error of the file system; `EEXIST` when there is a file of that name
 */
export const makeDirectory = (path: string, mode = 0o777): readonly string[] => {
  const parent = dirname(path)
  const above = parent === path || existsSync(parent) ? [] : makeDirectory(parent, mode)
  try {
    mkdirSync(path, mode)
    return [...above, path]
  } catch (error) {
    // It was there, or another process was first; a folder above it that may not be looked into seems to be missing.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return above
    throw error
  }
}
