/** `api.cache`: texts that the Actions of a trigger keep for its next run, in the memory of this server. */

import { LRUCache } from 'lru-cache'
import type { CacheEntries } from '../../actions/contract/contract.ts'
import { LIMITS } from '../../actions/contract/limits.ts'
import type { TriggerId } from '../../actions/contract/triggers/trigger.ts'
import type { Clock } from '../../base/clock.ts'
import type { TenantId } from '../../model/ids.ts'

export interface ActionCache {
  /** What has not expired. */
  read(tenantId: TenantId, trigger: TriggerId): CacheEntries
  /** Merges what a run has changed: a run that ended meanwhile keeps what it has written under other keys. */
  write(tenantId: TenantId, trigger: TriggerId, before: CacheEntries, after: CacheEntries): void
}

/** Caches of tenants and triggers at once, each of at most 8 kB: about 8 MB. */
const MAX_CACHES = 1_000

type Entry = CacheEntries[string]

/** At most `LIMITS.cacheEntries`; those that live longest stay. */
const trim = (entries: ReadonlyMap<string, Entry>): CacheEntries =>
  Object.fromEntries([...entries].toSorted(([, a], [, b]) => b.expires_at - a.expires_at).slice(0, LIMITS.cacheEntries))

export const createActionCache = (clock: Clock): ActionCache => {
  const caches = new LRUCache<string, CacheEntries>({ max: MAX_CACHES })
  const keyOf = (tenantId: TenantId, trigger: TriggerId): string => `${trigger}\n${tenantId}`

  const read: ActionCache['read'] = (tenantId, trigger) => {
    const now = clock()
    const entries = Object.entries(caches.get(keyOf(tenantId, trigger)) ?? {})
    return Object.fromEntries(entries.filter(([, { expires_at }]) => expires_at > now))
  }

  return {
    read,
    write(tenantId, trigger, before, after) {
      const changed = Object.entries(after).filter(([key, entry]) => before[key] !== entry)
      const removed = Object.keys(before).filter(key => !Object.hasOwn(after, key))
      if (changed.length === 0 && removed.length === 0) return
      const merged = new Map(Object.entries(read(tenantId, trigger)))
      for (const key of removed) merged.delete(key)
      for (const [key, entry] of changed) merged.set(key, entry)
      caches.set(keyOf(tenantId, trigger), trim(merged))
    },
  }
}
