/** Hashes and checks passwords with Argon2id, a bounded number at a time. */

import { availableParallelism } from 'node:os'
import { hash, type Options, verify } from '@node-rs/argon2'
import { createFairTurns } from '../../base/fair-turns.ts'

/** OWASP's recommendation for Argon2id, which is the library's default algorithm: 19 MiB, two passes, one lane; about 10 ms. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const satisfies Options

const CURRENT = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`

/** Passwords that may wait for their turn, of one network and of all: half a second, and two, of work for two cores. */
const WAITING = { ofNetwork: 100, ofAll: 400 } as const

export interface PasswordHasher {
  /**
   * @param network whose share of the time it takes, so that a flood from one does not keep the others waiting
   * @throws QueueFull when too many passwords wait already; so do the others
   */
  hash(password: string, network: string): Promise<string>
  /**
   * True when the password is the hash's. Without a hash the answer is false after the same work, so that the time
   * does not tell whether a user exists.
   */
  verify(hash: string | undefined, password: string, network: string): Promise<boolean>
  /** True for a hash made with other parameters than today's. */
  isOutdated(hash: string): boolean
}

export const createPasswordHasher = (
  concurrency: number = availableParallelism(),
  waitingOfNetwork: number = WAITING.ofNetwork,
): PasswordHasher => {
  const turns = createFairTurns({ concurrency, waitingPerKey: waitingOfNetwork, waiting: WAITING.ofAll })
  let unknownUser: Promise<string> | undefined

  return {
    hash: (password, network) => turns(network)(() => hash(password, PARAMETERS)),
    async verify(expected, password, network) {
      unknownUser ??= hash('the password of nobody', PARAMETERS)
      const compared = expected ?? (await unknownUser)
      // A hash that is not one of Argon2's cannot be verified; its user has to set a new password.
      const matches = await turns(network)(() => verify(compared, password).catch(() => false))
      return expected !== undefined && matches
    },
    isOutdated: expected => !expected.startsWith(CURRENT),
  }
}
