/** An event between `record()` and its commit. */

/** Settles exactly once: with its id, with a failure, or with `expired` when its time is over. */
export interface PendingEvent {
  readonly text: string
  /** Memory that it counts for. */
  readonly bytes: number
  /** The promise that `record()` gave to its caller. */
  readonly outcome: Promise<string>
  isSettled(): boolean
  resolve(logId: string): void
  reject(error: unknown): void
}

/**
 * @param patienceMs after this the caller gets `expired()`; the event may still be written
 */
export const createPendingEvent = (text: string, patienceMs: number, expired: () => Error): PendingEvent => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let settled = false
  const settle = (deliver: () => void): void => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    deliver()
  }
  const timer = setTimeout(() => settle(() => reject(expired())), patienceMs)
  return {
    text,
    bytes: Buffer.byteLength(text),
    outcome: promise,
    isSettled: () => settled,
    resolve: logId => settle(() => resolve(logId)),
    reject: error => settle(() => reject(error)),
  }
}
