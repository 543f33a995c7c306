/** The folder of a tenant's log files: one tenant of one installation writes there, and nothing else does. */

import { randomUUID } from 'node:crypto'
import { link, lstat, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../../base/make-directory.ts'

/** Where the `file` sinks of a tenant may write. */
export interface FileFolder {
  readonly directory: string
  /** Names the installation and the tenant. One line. */
  readonly owner: string
}

/** Names of log files begin with a letter or a digit, so that this is none of them. */
const OWNER_FILE = '.owner'

/** A folder that must not be written to, as a sentence for the customer. */
export class FolderRefusal extends Error {
  override readonly name = 'FolderRefusal'
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code // what the file system raises

const unlessThere = (error: unknown): void => {
  if (codeOf(error) !== 'EEXIST') throw error
}

/** The name appears with its whole content, so that a reader never finds it empty; the first of several stays. */
const writeOnce = async (path: string, text: string): Promise<void> => {
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, path)
  } catch (error) {
    // Some file systems of networks know no links.
    if (codeOf(error) !== 'EEXIST') await writeFile(path, text, { mode: 0o600, flag: 'wx' }).catch(unlessThere)
  } finally {
    await rm(draft, { force: true })
  }
}

const readOwner = async (path: string): Promise<string | undefined> => {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Makes the folder when it is not there, and takes it when it has no owner. Within an installation the database keeps
 * files apart; this keeps apart tenants whose folders are one by a link or a mount, and installations that were given the same
 * LOG_STREAM_DIR.
 *
 * @throws FolderRefusal for the folder of another owner; what the file system raises
 */
export const claimFolder = async ({ directory, owner }: FileFolder): Promise<void> => {
  makeDirectory(directory, 0o700)
  if ((await lstat(directory)).isSymbolicLink()) {
    throw new FolderRefusal("The folder of this tenant's log files is a symbolic link.")
  }
  const path = join(directory, OWNER_FILE)
  if ((await readOwner(path)) === undefined) await writeOnce(path, `${owner}\n`)
  if ((await readOwner(path)) === owner) return
  throw new FolderRefusal(
    `The folder of this tenant's log files belongs to another tenant or installation, which its file ${OWNER_FILE} names: LOG_STREAM_DIR must be another one.`,
  )
}
