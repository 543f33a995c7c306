/** Programs where an account without rights can run them: those below a closed folder (root's home, say) are copied once. */

import { createHash, randomUUID } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { shareLock, whileUnshared } from './file-lock.ts'
import { makeDirectory } from './make-directory.ts'

/** Where root keeps what every account must be able to reach. */
export const SYSTEM_CACHE = '/var/cache/experiment-center'

const READ = 0o004
const ENTER = 0o001

const allows = (path: string, bits: number): boolean => (statSync(path).mode & bits) === bits

/** Makes a folder and those above it that are missing, so that every account may enter them under any umask. */
export const makeOpenFolder = (path: string): void => {
  for (const folder of makeDirectory(path)) chmodSync(folder, 0o755)
}

/**
 * The folder of root that every account can reach: below `/var/cache`, else, where that is read-only, below the temporary one.
 *
 * @throws when neither can be written, or what is there belongs to another account
 */
export const systemCache = (): string => {
  const candidates = [SYSTEM_CACHE, join(tmpdir(), 'experiment-center-cache')]
  const found = candidates.find(folder => {
    try {
      makeOpenFolder(folder)
      accessSync(folder, constants.W_OK)
      return isTrustworthy(folder)
    } catch {
      return false
    }
  })
  if (found === undefined) throw new Error(`none of the folders ${candidates.join(', ')} can be written`)
  return found
}

const isOpenAt = (path: string): boolean => {
  if (!allows(path, statSync(path).isDirectory() ? READ | ENTER : READ)) return false
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!allows(folder, ENTER)) return false
    if (folder === dirname(folder)) return true
  }
}

/** True when every account may read a file, or list and enter a folder, by this path and where its links lead. */
const isOpenToAll = (path: string): boolean => isOpenAt(path) && isOpenAt(realpathSync(path))

/** True for a folder that only this account can have made and can change. */
const isTrustworthy = (folder: string): boolean => {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  return stat?.isDirectory() === true && stat.uid === process.geteuid?.() && (stat.mode & 0o022) === 0
}

/** Regular files and folders; a link is neither. */
const entriesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isSymbolicLink())
    .map(entry => join(entry.parentPath, entry.name))

/**
 * Makes a folder that every account can read and this one alone can change: filled beside its place and renamed into it,
 * so that it is complete or absent, also when several servers do it at once.
 *
 * @throws the error of the disk, unless the folder is there and can be trusted
 */
export const placeOpenly = (folder: string, fill: (unfinished: string) => void): void => {
  if (isTrustworthy(folder)) return
  const unfinished = `${folder}.${randomUUID()}`
  try {
    makeOpenFolder(unfinished)
    fill(unfinished)
    // The umask may have been any, here or where npm ran.
    for (const path of [unfinished, ...entriesBelow(unfinished)]) chmodSync(path, 0o755)
    renameSync(unfinished, folder)
  } catch (error) {
    if (!isTrustworthy(folder)) throw error
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

/** Changes with any of the files. */
const versionOf = (paths: readonly string[]): string => {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const file of statSync(path).isDirectory() ? entriesBelow(path) : [path]) {
      const { size, mtimeMs } = statSync(file)
      hash.update(`${file}\0${size}\0${mtimeMs}\0`)
    }
  }
  return hash.digest('hex').slice(0, 16)
}

const COPY = 'programs-'
/** Each copy has one beside it, shared by those that use it. It stays when the copy goes: it is empty, and may be held. */
const LOCK = '.lock'
/** Milliseconds; a copy that is needed again after so long is made again. */
const UNUSED_MS = 7 * 86_400_000

const isUnused = (path: string): boolean => {
  const { mtimeMs = Infinity } = statSync(path, { throwIfNoEntry: false }) ?? {}
  return Date.now() - mtimeMs > UNUSED_MS
}

/** Copies of versions that are no more. What a living process uses stays, however long ago it has started. */
const removeUnused = (cache: string): void => {
  const copies = readdirSync(cache).filter(name => name.startsWith(COPY) && !name.endsWith(LOCK))
  for (const path of copies.map(name => join(cache, name)).filter(isUnused)) {
    whileUnshared(`${path}${LOCK}`, () => {
      if (isUnused(path)) rmSync(path, { recursive: true, force: true })
    })
  }
}

/**
 * The files and folders where every account can read them: where they are, or in a copy with the same paths below
 * another root, so that they still find each other. A copy stays while the process that asked for it lives.
 *
 * @param paths absolute; what is not there is passed over
 * @param cache evaluated when something must be copied
 * @returns where to find what was at a path
 * @throws the error of the disk when they must be copied and cannot be
 */
export const openCopies = (paths: readonly string[], cache = systemCache): ((path: string) => string) => {
  const files = paths.filter(path => existsSync(path))
  if (files.every(isOpenToAll)) return path => path
  const folder = cache()
  makeOpenFolder(folder)
  const root = join(folder, `${COPY}${versionOf(files)}`)
  shareLock(`${root}${LOCK}`)
  if (!existsSync(root)) removeUnused(folder)
  placeOpenly(root, unfinished => {
    for (const path of files) {
      makeDirectory(dirname(join(unfinished, path)))
      cpSync(path, join(unfinished, path), { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE })
    }
  })
  utimesSync(root, new Date(), new Date())
  return path => join(root, path)
}
