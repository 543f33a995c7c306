/** A bounded memory of loaded values that are trusted for a short time. */

import type { Clock } from './clock.ts'

export interface ExpiringCacheOptions {
  /** Most entries at once; the one that was loaded first leaves first. */
  readonly maxEntries: number
  /** Milliseconds for which a value is trusted: the longest delay with which a change is seen. */
  readonly ttlMs: number
  readonly clock: Clock
}

export interface ExpiringCache<Value> {
  /** The value of a key; concurrent callers of a missing key share one load. A failed load is not remembered. */
  get(key: string, load: () => Promise<Value>): Promise<Value>
  /** Forgets a key, for a writer that wants its own change seen at once. */
  forget(key: string): void
}

interface Entry<Value> {
  readonly value: Promise<Value>
  readonly until: number
}

export const createExpiringCache = <Value>(options: ExpiringCacheOptions): ExpiringCache<Value> => {
  const { maxEntries, ttlMs, clock } = options
  const entries = new Map<string, Entry<Value>>()

  const evict = (): void => {
    const oldest = entries.size > maxEntries ? entries.keys().next().value : undefined
    if (oldest !== undefined) entries.delete(oldest)
  }

  return {
    get(key, load) {
      const known = entries.get(key)
      if (known && known.until > clock()) return known.value
      const entry: Entry<Value> = { value: load(), until: clock() + ttlMs }
      entries.delete(key)
      entries.set(key, entry)
      evict()
      entry.value.catch(() => {
        if (entries.get(key) === entry) entries.delete(key)
      })
      return entry.value
    },
    forget(key) {
      entries.delete(key)
    },
  }
}
