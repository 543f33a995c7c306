/** Reads that cost more the more a tenant has: each waits for its turn, and ends when its caller leaves. */

import type { Kysely } from 'kysely'
import { createFairTurns, type TakeFairTurn } from '../../base/fair-turns.ts'
import { QueueFull } from '../../base/turns.ts'
import { apiError } from '../../model/error-codes.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Database } from '../../store/database/schema.ts'
import { isCancelled } from '../../store/database/time-limit.ts'
import type { ManagementApiDeps } from './api-deps.ts'
import type { Operation } from './operation.ts'

/** `search`: the caller decides what is looked for. `list`: pages in an order that an index has. */
export type ReadKind = 'search' | 'list'

/** The kind of an operation; undefined for those that read one object, or write. */
export const readKindOf = ({ method, path, schemas }: Operation): ReadKind | undefined => {
  if (method !== 'get' || path.endsWith('}')) return undefined
  return Object.hasOwn(schemas.query.shape, 'q') ? 'search' : 'list'
}

/** Reads of a tenant that may wait, and of all tenants: at five seconds each, no read waits for longer than callers do. */
const WAITING = { ofTenant: 20, ofAll: 200 } as const

/** Seconds. */
const RETRY_AFTER = 2

const turnsOf = (places: number, perKey: number): TakeFairTurn =>
  createFairTurns({ concurrency: places, perKey, waitingPerKey: WAITING.ofTenant, waiting: WAITING.ofAll })

const toCodedError = (error: unknown): unknown => {
  if (error instanceof QueueFull) {
    const message = 'Too many searches and lists of this tenant wait already; retry in a moment.'
    return apiError('too_many_requests', message, { cause: error, retryAfter: RETRY_AFTER })
  }
  return isCancelled(error)
    ? apiError('query_too_slow', 'The list took too long; ask for less at once.', { cause: error })
    : error
}

interface ReadTurn {
  readonly kind: ReadKind
  readonly tenantId: TenantId
  /** Ends when the caller leaves. */
  readonly signal: AbortSignal
}

/** @throws `too_many_requests` when too many wait, `query_too_slow`, what `read` throws, and the signal's reason */
export type TakeReadTurn = <T>(turn: ReadTurn, read: (db: Kysely<Database>) => Promise<T>) => Promise<T>

/**
 * Creates the turns. A tenant has one search under way, however many wait; lists do not wait for searches. So neither
 * the readers of a tenant nor all together have more of the database than these places.
 */
export const createReadTurns = ({
  readCancellably,
  readPlaces,
}: Pick<ManagementApiDeps, 'readCancellably' | 'readPlaces'>): TakeReadTurn => {
  const turns: Readonly<Record<ReadKind, TakeFairTurn>> = {
    search: turnsOf(readPlaces, 1),
    list: turnsOf(readPlaces, readPlaces),
  }
  return async ({ kind, tenantId, signal }, read) => {
    try {
      return await turns[kind](tenantId, signal)(() => readCancellably(signal, read))
    } catch (error) {
      throw toCodedError(error)
    }
  }
}
