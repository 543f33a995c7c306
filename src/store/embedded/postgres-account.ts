/** The account of the operating system under which the embedded PostgreSQL runs; it refuses to run as root. */

import { type Stats, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { type Account, isOwnAccount, namedAccounts, ownAccount } from '../../base/own-account.ts'
import { StartupError } from '../../base/startup-error.ts'

export interface PostgresAccount extends Account {
  /** The name of the server's own account, by which PostgreSQL recognises it at the socket. */
  readonly serverName: string
  /** What `spawn` needs to become the account; empty when the server already is it. */
  readonly identity: { readonly uid?: number; readonly gid?: number }
  /**
   * The same for `initdb`, which looks its user up by name: where the account has none, an account that has one makes
   * the files. Its group is the account's, so that no other process of that user may look into it (ptrace(2)).
   */
  readonly creator: { readonly uid?: number; readonly gid?: number }
}

const ROOT = 0

/** Root, and by convention the account that owns nothing: programs that have nothing to do with each other share it. */
const NOBODY = 65_534

/**
 * An ordinary user runs PostgreSQL as himself. Root gives it to the owner of the database, else to the owner of the data
 * directory, and where that is nobody's own account, to a number that nothing else on the machine has.
 *
 * @throws StartupError when the database belongs to another account, or the account has no name
 */
export const resolvePostgresAccount = (dataDir: string): PostgresAccount => {
  const serverName = accountName(dataDir)
  const uid = process.geteuid?.() ?? NOBODY
  const owner = statOrNothing(join(dataDir, 'postgres'))
  if (uid === ROOT) {
    const { uid, gid } = owner !== undefined && isItsOwn(owner.uid) ? owner : heir(dataDir)
    return { uid, gid, serverName, identity: { uid, gid }, creator: { uid: named(uid), gid } }
  }
  if (owner !== undefined && owner.uid !== uid) {
    throw new StartupError(
      `${join(dataDir, 'postgres')} belongs to user ${owner.uid}, the server runs as user ${uid} (${serverName}): run it as that user or as root, or change the owner with chown -R.`,
    )
  }
  return { uid, gid: process.getegid?.() ?? NOBODY, serverName, identity: {}, creator: {} }
}

/** Nothing else of the server, and nothing by convention, runs as this account. */
const isItsOwn = (uid: number): boolean =>
  uid !== ROOT && uid !== NOBODY && !isOwnAccount('sandbox', uid) && !isOwnAccount('build', uid)

/** The owner of the data directory, unless it is only a number (of another machine, say). */
const heir = (dataDir: string): Account => {
  const owner = statOrNothing(dataDir)
  const gid = owner && isItsOwn(owner.uid) ? namedAccounts().get(owner.uid) : undefined
  return owner === undefined || gid === undefined ? ownAccount('database') : { uid: owner.uid, gid }
}

/** The account itself, else one that has a name and is not root. */
const named = (uid: number): number => {
  const names = namedAccounts()
  if (names.has(uid)) return uid
  return names.has(NOBODY) ? NOBODY : Math.max(...names.keys())
}

const accountName = (dataDir: string): string => {
  try {
    return userInfo().username
  } catch {
    throw new StartupError(
      `User ${process.geteuid?.()} has no name in /etc/passwd, without which PostgreSQL does not start in ${dataDir}: add one, or set DATABASE_URL.`,
    )
  }
}

const statOrNothing = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false })
