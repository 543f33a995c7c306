/** api.cache.set: a short text that the Actions of this trigger keep for a while. */

import { LIMITS } from '../limits.ts'
import { anyText, optional, positive, propertyName, record } from './kind.ts'
import { argument, type CallState, method, option } from './method.ts'

/** Length in UTF-8, without an encoder: the isolate has none before it is asked for. */
const byteLength = (value: string): number => {
  let bytes = 0
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

interface Options {
  readonly ttl?: number
  readonly expires_at?: number
}

/** When an entry ends: the earlier of the two wishes, never later than the longest lifetime. */
const expiryOf = (now: number, { ttl, expires_at }: Options): number => {
  const wishes = [ttl === undefined ? undefined : now + ttl, expires_at].filter(wish => wish !== undefined)
  return Math.min(now + LIMITS.cacheMaxTtlMs, ...(wishes.length > 0 ? wishes : [now + LIMITS.cacheTtlMs]))
}

type Refusal = 'CacheKeySizeExceeded' | 'CacheValueSizeExceeded' | 'CacheSizeExceeded' | 'ItemAlreadyExpired'

const refusalOf = (cache: CallState['cache'], key: string, value: string): Refusal | undefined => {
  if (byteLength(key) > LIMITS.cacheKeyBytes) return 'CacheKeySizeExceeded'
  if (byteLength(value) > LIMITS.cacheValueBytes) return 'CacheValueSizeExceeded'
  const others = [...cache].filter(([name]) => name !== key)
  const bytes = others.reduce((sum, [name, entry]) => sum + byteLength(name) + byteLength(entry.value), 0)
  const fits = others.length < LIMITS.cacheEntries && bytes + byteLength(key) + byteLength(value) <= LIMITS.cacheBytes
  return fits ? undefined : 'CacheSizeExceeded'
}

export const cacheSet = method({
  path: 'cache.set',
  doc: 'Keeps a text for other runs of this trigger. It may be forgotten at any time.',
  triggers: ['post-login', 'pre-user-registration', 'post-user-registration'],
  parameters: [
    argument('key', propertyName(1024), 'Name of the value, at most 64 bytes.'),
    argument('value', anyText(LIMITS.effectBytes), 'The text, at most 4 KB.'),
    option(
      'options',
      record({
        ttl: optional(positive, 'How long to keep it, in milliseconds; default 15 minutes, at most 24 hours.'),
        expires_at: optional(positive, 'Until when to keep it, in milliseconds since 1970.'),
      }),
      'How long; the earlier of the two counts.',
    ),
  ],
  returns: 'CacheWriteResult',
  answer: (call, [key, value, options]) => {
    const now = call.now()
    const expires_at = expiryOf(now, options ?? {})
    const code = expires_at <= now ? 'ItemAlreadyExpired' : refusalOf(call.cache, key, value)
    if (code) return { type: 'error', code }
    const entry = { value, expires_at }
    call.cache.set(key, entry)
    call.record([key, value, { expires_at }])
    return { type: 'success', record: { ...entry } }
  },
  effects: ([key, value, options], { now }) => {
    const expires_at = expiryOf(now, options ?? {})
    return [{ kind: 'cache_set', key, value, expires_at }]
  },
})
