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
import { lchown, open, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { StartupError } from '../base/startup-error.ts'
import type { PostgresAccount } from './postgres-account.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { pgHbaConf, pgIdentConf, postgresConf, ROLE } from './postgres-configuration.ts'
import type { ClusterIdentity } from './postgres-processes.ts'

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
  requireVersion(directory, binaries.major)
  if (account.identity.uid !== undefined && statSync(directory).uid === 0) await changeOwner(directory, account)
  const descriptor = openSync(directory, constants.O_DIRECTORY)
  const identity = clusterIdentityOf(`/proc/self/fd/${descriptor}`)
  if (identity.uid === account.uid) return { directory, descriptor, ...identity }
  closeSync(descriptor)
  throw new StartupError(`${directory} has changed its owner while the server was starting.`)
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
    fchownSync(descriptor, account.uid, account.gid)
    await initdb(binaries, account, descriptor, [
      ...['--username', ROLE, '--auth', 'peer', '--encoding', 'UTF8', '--no-sync', '--no-instructions'],
      // Text sorts by code point on every machine alike, whatever its C library; case follows Unicode.
      ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ])
    await initdb(binaries, account, descriptor, ['--sync-only', '--sync-method', 'syncfs'])
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
    ...account.identity,
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

const requireVersion = (directory: string, major: string): void => {
  const found = readFileSync(join(directory, 'PG_VERSION'), 'utf8').trim()
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

/** A database that root has restored from a backup belongs to root, which PostgreSQL would not accept. */
const changeOwner = async (directory: string, { uid, gid }: PostgresAccount): Promise<void> => {
  const inside = await readdir(directory, { recursive: true, withFileTypes: true })
  for (const entry of inside) await lchown(join(entry.parentPath, entry.name), uid, gid)
  await lchown(directory, uid, gid)
}
