/** The account of the operating system under which the embedded PostgreSQL runs; it refuses to run as root. */

import { readFileSync, type Stats, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { StartupError } from '../base/startup-error.ts'

export interface PostgresAccount {
  readonly uid: number
  readonly gid: number
  /** The name of the server's own account, by which PostgreSQL recognises it at the socket. */
  readonly serverName: string
  /** What `spawn` needs to become the account; empty when the server already is it. */
  readonly identity: { readonly uid?: number; readonly gid?: number }
}

const NOBODY = { uid: 65_534, gid: 65_534 } as const

/**
 * An ordinary user runs PostgreSQL as himself. Root gives it to the owner of the database, else to
 * the owner of the data directory, and when both are root or not there, to `nobody`.
 *
 * @throws StartupError when the database belongs to somebody else, or the account has no name
 */
export const resolvePostgresAccount = (dataDir: string): PostgresAccount => {
  const serverName = accountName(dataDir)
  const uid = process.geteuid?.() ?? NOBODY.uid
  const owner = statOrNothing(join(dataDir, 'postgres'))
  if (uid === 0) {
    const { uid, gid } = owner !== undefined && owner.uid !== 0 ? owner : heir(dataDir)
    return { uid, gid, serverName, identity: { uid, gid } }
  }
  if (owner !== undefined && owner.uid !== uid) {
    throw new StartupError(
      `${join(dataDir, 'postgres')} belongs to user ${owner.uid}, the server runs as user ${uid} (${serverName}): run it as that user or as root, or change the owner with chown -R.`,
    )
  }
  return { uid, gid: process.getegid?.() ?? NOBODY.gid, serverName, identity: {} }
}

/** initdb looks its user up by name, so an owner that is only a number (of another machine, say) cannot have it. */
const heir = (dataDir: string): { readonly uid: number; readonly gid: number } => {
  const known = knownAccounts()
  const owner = statOrNothing(dataDir)
  const uid = owner === undefined || owner.uid === 0 || !known.has(owner.uid) ? NOBODY.uid : owner.uid
  return { uid, gid: known.get(uid) ?? NOBODY.gid }
}

/** Group by user, both as numbers. */
const knownAccounts = (): ReadonlyMap<number, number> => {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const fields = lines.map(line => line.split(':')).filter(line => line.length >= 4)
  return new Map(fields.map(line => [Number(line[2]), Number(line[3])]))
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
