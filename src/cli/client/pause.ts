/** Waits, unless it is interrupted. */

import { setTimeout as sleep } from 'node:timers/promises'

/** @throws the signal's reason as soon as it is aborted */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => {}) // only the signal can end it early
  signal.throwIfAborted()
}
