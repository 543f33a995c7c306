/** Gives the files of a cluster to another account, as root, below a folder that an account which is not trusted can change. */

import { chownSync, closeSync, constants, fstatSync, openSync, readdirSync } from 'node:fs'
import { StartupError } from '../../base/startup-error.ts'

/** open(2): names a file without opening it, be it a link or a socket. The same number on x64 and arm64. */
const O_PATH = 0o10_000_000

interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * Every file, and the folder itself last: what is cut short is seen at the next start by the folder's owner, and done again.
 *
 * Each file is held by a descriptor between the look at it and the change, so that a link which is put in its place leads
 * nowhere. A file with a second name may be one of root's: it is refused.
 *
 * @param held `/proc/self/fd/N` of the folder
 * @param name the folder in messages
 * @throws StartupError when the cluster has tablespaces, whose folders only the operator knows to be its own
 */
export const giveCluster = (held: string, name: string, owner: Owner): void => {
  refuseTablespaces(held, name, owner)
  give(openSync(held, O_PATH | constants.O_DIRECTORY), name, owner)
}

const refuseTablespaces = (held: string, name: string, { uid, gid }: Owner): void => {
  if (readdirSync(`${held}/pg_tblspc`).length === 0) return
  throw new StartupError(
    `${name} has tablespaces in other folders (${name}/pg_tblspc) and must belong to user ${uid}: chown -R ${uid}:${gid} all of them, then start again.`,
  )
}

/** Closes the descriptor. */
const give = (descriptor: number, name: string, owner: Owner): void => {
  try {
    const held = `/proc/self/fd/${descriptor}`
    const stat = fstatSync(descriptor)
    if (stat.isDirectory()) {
      for (const entry of readdirSync(held))
        give(openSync(`${held}/${entry}`, O_PATH | constants.O_NOFOLLOW), `${name}/${entry}`, owner)
    } else if (stat.nlink > 1) {
      throw new StartupError(`${name} has a second name elsewhere: remove one of them, then start again.`)
    }
    if (stat.uid !== owner.uid || stat.gid !== owner.gid) chownSync(held, owner.uid, owner.gid)
  } finally {
    closeSync(descriptor)
  }
}
