/** What the methods of `api.cache` answer with. */

/** A value of the cache; the time is in milliseconds since 1970. */
export interface CacheRecord {
  value: string
  expires_at: number
}

export interface CacheError {
  type: 'error'
  code:
    | 'CacheKeySizeExceeded'
    | 'CacheValueSizeExceeded'
    | 'CacheSizeExceeded'
    | 'ItemAlreadyExpired'
    | 'CacheKeyDoesNotExist'
}

export type CacheWriteResult = { type: 'success'; record: CacheRecord } | CacheError

export type CacheDeleteResult = { type: 'success' } | CacheError
