/** The account of a child: a server that runs as root gives its children none of that. */

import { statSync } from 'node:fs'
import { dirname } from 'node:path'

/** By convention the account that owns nothing. */
const NOBODY = { uid: 65_534, gid: 65_534 }

const READ = 0o004
const ENTER = 0o001

const allows = (path: string, bits: number): boolean => (statSync(path).mode & bits) === bits

/** True when everybody may enter the folders above a file and read it. */
const isOpenToAll = (file: string): boolean => {
  if (!allows(file, READ)) return false
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (!allows(folder, ENTER)) return false
    if (folder === dirname(folder)) return true
  }
}

/**
 * @param files what the child must be able to read
 * @returns options for `spawn`: nothing when the server is not root, or when nobody else may read its files
 */
export const childAccount = (files: readonly string[]): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  return files.every(isOpenToAll) ? NOBODY : {}
}
