/** The directory of a server's data: made, tried, and kept out of repositories before anything is put there. */

import { accessSync, constants, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory } from '../base/make-directory.ts'
import { StartupError } from '../base/startup-error.ts'

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file',
  ENOTDIR: 'it is below a file',
  EACCES: 'this account may not write there',
  EPERM: 'this account may not write there',
  EROFS: 'its file system is read-only',
  ENOENT: 'its file system has no room for folders',
  ENOSPC: 'its disk is full',
}

const sentence = (dataDir: string, error: unknown): StartupError => {
  const { code = '', message } = error as NodeJS.ErrnoException // of the file system
  return new StartupError(
    `DATA_DIR ${dataDir} cannot be used: ${REASONS[code] ?? message}. Set it to a directory that the server can make or write.`,
  )
}

/** `*` in a `.gitignore`: secrets and a database must not be committed. Not in a directory that is a repository itself. */
const keepOutOfRepositories = (dataDir: string): void => {
  const file = join(dataDir, '.gitignore')
  if (existsSync(file) || existsSync(join(dataDir, '.git'))) return
  writeFileSync(file, '*\n')
}

/** @throws StartupError when the directory cannot be made, or not be written */
export const prepareDataDirectory = (dataDir: string): void => {
  try {
    makeDirectory(dataDir, 0o700)
    accessSync(dataDir, constants.W_OK | constants.X_OK)
    keepOutOfRepositories(dataDir)
  } catch (error) {
    throw sentence(dataDir, error)
  }
}
