/** The files of the embedded PostgreSQL in the data directory: made once, configured at each start. */

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  constants,
  existsSync,
  fchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { open, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { StartupError } from '../../base/startup-error.ts'
import type { PostgresAccount } from './postgres-account.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { pgHbaConf, pgIdentConf, postgresConf, ROLE } from './postgres-configuration.ts'
import { giveCluster } from './postgres-owner.ts'
import { type ClusterIdentity, stopClusterProcesses } from './postgres-processes.ts'

export interface PostgresCluster extends ClusterIdentity {
  readonly directory: string
  /** The open directory. Handed to the processes in place of its name; see `DIRECTORY_ARGUMENT`. */
  readonly descriptor: number
}

/**
 * PostgreSQL gets its directory as an open descriptor, number 3. It then needs no permission on the
 * folders above (root's home, say), and the path may have any length and any characters.
 */
export const DIRECTORY_ARGUMENT = '/proc/self/fd/3'

/** The environment is not inherited: PG… variables and the locale of the shell would change what is made. */
export const POSTGRES_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } as const

/**
 * Opens the cluster of a data directory, which is made first if it is not there.
 * Only the holder of the data directory's lock may call this.
 *
 * @throws StartupError when the files are of another version or not PostgreSQL's
 */
export const openCluster = async (
  dataDir: string,
  account: PostgresAccount,
  binaries: PostgresBinaries,
): Promise<PostgresCluster> => {
  const directory = join(dataDir, 'postgres')
  if (!existsSync(join(directory, 'PG_VERSION'))) await createCluster(directory, account, binaries)
  const descriptor = openSync(directory, constants.O_DIRECTORY)
  const held = `/proc/self/fd/${descriptor}` // what takes the place of the name meanwhile is not looked at
  try {
    requireVersion(directory, readFileSync(join(held, 'PG_VERSION'), 'utf8').trim(), binaries.major)
    if (account.identity.uid !== undefined) await requireOwner(held, directory, account)
    const identity = clusterIdentityOf(held)
    if (identity.uid === account.uid) return { directory, descriptor, ...identity }
    throw new StartupError(`${directory} has changed its owner while the server was starting.`)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/**
 * A database that root has restored from a backup belongs to root, and one of an earlier version to `nobody`, as which
 * PostgreSQL may still run after its server was killed.
 */
const requireOwner = async (held: string, directory: string, account: PostgresAccount): Promise<void> => {
  const found = clusterIdentityOf(held)
  if (found.uid === account.uid) return
  await stopClusterProcesses(found)
  giveCluster(held, directory, account)
}

/** The cluster whose files are in a directory; no two directories of a machine have the same inode. */
export const clusterIdentityOf = (directory: string): ClusterIdentity => {
  const { dev, ino, uid } = statSync(directory)
  return { name: `experiment-center-${dev}-${ino}`, uid }
}

/** Made beside its place, synced and renamed into it: a start that is cut short leaves nothing that looks finished. */
const createCluster = async (
  directory: string,
  account: PostgresAccount,
  binaries: PostgresBinaries,
): Promise<void> => {
  if (existsSync(directory) && (await readdir(directory)).length > 0) {
    throw new StartupError(`${directory} holds files that are not a PostgreSQL database: move them away.`)
  }
  const unfinished = `${directory}.new`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  const descriptor = openSync(unfinished, constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    fchownSync(descriptor, account.creator.uid ?? account.uid, account.gid)
    await initdb(binaries, account, descriptor, [
      ...['--username', ROLE, '--auth', 'peer', '--encoding', 'UTF8', '--no-sync', '--no-instructions'],
      // Text sorts by code point on every machine alike, with every C library; case follows Unicode.
      ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ])
    await initdb(binaries, account, descriptor, ['--sync-only', '--sync-method', 'syncfs'])
    if (account.creator.uid !== account.identity.uid) giveCluster(`/proc/self/fd/${descriptor}`, unfinished, account)
  } finally {
    closeSync(descriptor)
  }
  renameSync(unfinished, directory)
}

const initdb = async (
  binaries: PostgresBinaries,
  account: PostgresAccount,
  descriptor: number,
  args: readonly string[],
): Promise<void> => {
  const child = spawn(binaries.initdb, ['--pgdata', DIRECTORY_ARGUMENT, ...args], {
    ...account.creator,
    cwd: '/',
    env: POSTGRES_ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new StartupError(`PostgreSQL could not create its files: ${errors.trim()}`)
}

const requireVersion = (directory: string, found: string, major: string): void => {
  if (found === major) return
  throw new StartupError(
    `${directory} was made by PostgreSQL ${found}, this version ships PostgreSQL ${major}: start the version that made it, or move the data with pg_dump to a server of your own and set DATABASE_URL.`,
  )
}

/**
 * Writes the configuration of this version and of this account, at each start. The directory belongs to the account
 * and the writer may be root, whom a link in it could lead elsewhere: files are made new and renamed into place.
 */
export const configureCluster = async ({ descriptor }: PostgresCluster, account: PostgresAccount): Promise<void> => {
  const files = [
    ['postgresql.conf', postgresConf()],
    ['pg_hba.conf', pgHbaConf()],
    ['pg_ident.conf', pgIdentConf(account.serverName)],
  ] as const
  for (const [name, text] of files) {
    const path = `/proc/self/fd/${descriptor}/${name}`
    const unfinished = `${path}.${randomUUID()}`
    await using file = await open(unfinished, 'wx', 0o600)
    await file.writeFile(text)
    await file.chown(account.uid, account.gid)
    await rename(unfinished, path)
  }
}
