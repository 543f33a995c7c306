/** Senders who fail too often are not heard for a while: each sender has an allowance of failures, which comes back steadily. */

import { createHmac } from 'node:crypto'
import { networkOf } from '../../base/network.ts'
import type { Rate } from '../../base/rate-limiter.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../../store/database/database.ts'
import { countFailure } from '../../store/logins/failure-allowance-store.ts'

export interface Sender {
  readonly tenantId: TenantId
  /** Keyed hash of what the sender is recognised by. */
  readonly keyHash: string
}

/** Where an attempt comes from. */
export interface AttemptOrigin {
  readonly tenantId: TenantId
  readonly ip: string
  /** Turns what is counted into keys that name no sender. */
  readonly failureKey: Uint8Array
}

/** The network of an attempt, counted for what is attempted. */
export const toSender = (what: readonly string[], { tenantId, ip, failureKey }: AttemptOrigin): Sender => ({
  tenantId,
  keyHash: createHmac('sha256', failureKey)
    .update(JSON.stringify([...what, networkOf(ip)]))
    .digest('base64url'),
})

/** One attempt of a sender while it is under way. */
export interface Attempt {
  /**
   * True when a failure is left for this attempt. Those that were under way when it began count as if they failed, so
   * that parallel guesses get no more than one after the other would; the last of them may get less, for a moment.
   *
   * @param owed seconds, read after the attempt began
   */
  isAdmitted(owed: number): boolean
  /** Counts a failure; returns the seconds that the sender owes now. */
  fail(): Promise<number>
}

export interface FailureThrottle {
  /** Runs an attempt; what it does with its answers is its own. */
  attempt<T>(sender: Sender, run: (attempt: Attempt) => Promise<T>): Promise<T>
  /** What `Attempt.isAdmitted` says, to one that is known not to fail: it need not be counted as under way. */
  isAdmitted(sender: Sender, owed: number): boolean
  /** Seconds until a sender who owes so much is heard again; 0 when it is heard now. */
  pause(owed: number): number
}

/** Parts of a second that pass between two looks at a clock do not make a failure more or less. */
const TOLERANCE = 1e-3

/** Admits every attempt and counts nothing. */
const UNLIMITED: FailureThrottle = {
  attempt: (_, run) => run({ isAdmitted: () => true, fail: async () => 0 }),
  isAdmitted: () => true,
  pause: () => 0,
}

/** @param allowance failures that may come at once, and the seconds in which one is given back */
export const createFailureThrottle = (db: Db, allowance: Rate | 'off'): FailureThrottle => {
  if (allowance === 'off') return UNLIMITED
  const { burst: failures, secondsEach } = allowance
  const underWay = new Map<string, number>()

  const keyOf = ({ tenantId, keyHash }: Sender): string => `${tenantId}\n${keyHash}`
  const isLeft = (owed: number, others: number): boolean =>
    Math.floor(failures - owed / secondsEach + TOLERANCE) > others

  const enter = (key: string): number => {
    const others = underWay.get(key) ?? 0
    underWay.set(key, others + 1)
    return others
  }
  const leave = (key: string): void => {
    const others = (underWay.get(key) ?? 1) - 1
    if (others > 0) underWay.set(key, others)
    else underWay.delete(key)
  }

  return {
    async attempt(sender, run) {
      const key = keyOf(sender)
      const others = enter(key)
      try {
        return await run({
          isAdmitted: owed => isLeft(owed, others),
          fail: () => countFailure(db, sender.tenantId, sender.keyHash, secondsEach),
        })
      } finally {
        leave(key)
      }
    },
    isAdmitted: (sender, owed) => isLeft(owed, underWay.get(keyOf(sender)) ?? 0),
    pause: owed => Math.max(0, Math.ceil(owed - (failures - 1 + TOLERANCE) * secondsEach)),
  }
}
