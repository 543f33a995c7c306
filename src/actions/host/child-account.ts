/** What the processes of Actions run as, and from where: a server that is root gives them none of that (decision 0019). */

import { openCopies } from '../../base/open-copy.ts'
import { type Account, ownAccount } from '../../base/own-account.ts'

export interface ChildAccount {
  /** For `spawn`; empty when the server is not root, and so has no other account to give. */
  readonly identity: Partial<Account>
  /** Where the account finds a file of the server. */
  readonly pathOf: (path: string) => string
}

/** Servers of one machine begin at different numbers. */
let turns = process.pid

/**
 * The account of the next process: two that run at the same time have two, so that what has broken out of one cannot look
 * into the other.
 *
 * @param files what the process must be able to read, beside the program of Node
 * @throws the error of the disk when the files are in a closed folder and cannot be copied; never is it root instead
 */
export const childAccount = (purpose: 'sandbox' | 'build', files: readonly string[]): ChildAccount => {
  if (process.geteuid?.() !== 0) return { identity: {}, pathOf: path => path }
  turns += 1
  const identity = ownAccount(purpose, turns)
  // By itself, because it is the largest by far, and that of every purpose.
  const nodePathOf = openCopies([process.execPath])
  const pathOf = openCopies(files)
  return { identity, pathOf: path => (path === process.execPath ? nodePathOf : pathOf)(path) }
}
