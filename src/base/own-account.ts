/**
 * Accounts of the operating system for the processes of a server that is root: numbers that no account has, so that
 * neither another program nor another of these processes can reach what one of them has open (decision 0019).
 */

import { readFileSync } from 'node:fs'

export interface Account {
  readonly uid: number
  readonly gid: number
}

/** What a process is for; processes for different purposes share no account. */
export type Purpose = 'database' | 'sandbox' | 'build'

/**
 * Between the numbers that systemd and the distributions give to people (to 60705) and those that systemd gives to
 * services for as long as they run (from 61184); below 65536, which containers map.
 */
const RANGES: Readonly<Record<Purpose, { readonly first: number; readonly count: number }>> = {
  database: { first: 61_000, count: 16 },
  sandbox: { first: 61_016, count: 64 },
  build: { first: 61_080, count: 16 },
}

const numbersOf = (purpose: Purpose): readonly number[] => {
  const { first, count } = RANGES[purpose]
  return Array.from({ length: count }, (_, index) => first + index)
}

/** Every account that `/etc/passwd` names, with its group. */
export const namedAccounts = (): ReadonlyMap<number, number> => {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const fields = lines.map(line => line.split(':')).filter(line => line.length >= 4)
  return new Map(fields.map(([, , uid, gid]) => [Number(uid), Number(gid)]))
}

/** True for a number that is handed out for this purpose. */
export const isOwnAccount = (purpose: Purpose, uid: number): boolean => numbersOf(purpose).includes(uid)

/**
 * The account of a process; its group has the same number.
 *
 * @param turn counts the processes of a purpose: each gets another number, until they begin again
 * @throws TypeError when each of the numbers has been given a name
 */
export const ownAccount = (purpose: Purpose, turn = 0): Account => {
  const named = namedAccounts()
  const free = numbersOf(purpose).filter(uid => !named.has(uid))
  const uid = free[turn % free.length]
  if (uid === undefined) throw new TypeError(`every account for the ${purpose} is in /etc/passwd`)
  return { uid, gid: uid }
}
