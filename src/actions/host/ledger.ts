/** What a run of several Actions keeps between them: cache, transaction metadata, and limits over the whole run. */

import { jsonByteLength } from '../../base/json.ts'
import type { ActionFailure, CacheEntries, RunRequest, TransactionMetadata } from '../contract/contract.ts'
import type { Effect } from '../contract/effects.ts'
import { LIMITS } from '../contract/limits.ts'
import { failure } from './report.ts'

export interface Ledger {
  readonly cache: CacheEntries
  readonly metadata: TransactionMetadata
  /** All effects so far, in order. */
  readonly effects: readonly Effect[]
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const metadataOf = ({ event }: RunRequest): TransactionMetadata => {
  const metadata = isObject(event.transaction) ? event.transaction.metadata : undefined
  return isObject(metadata) ? (metadata as TransactionMetadata) : {} // the host keeps what an Action has set
}

export const openLedger = (request: RunRequest): Ledger => ({
  cache: request.cache ?? {},
  metadata: metadataOf(request),
  effects: [],
})

/** Own properties only, also for a key that JavaScript would take for a prototype. */
const put = <Value>(
  entries: Readonly<Record<string, Value>>,
  key: string,
  value: Value | null,
): Record<string, Value> =>
  Object.fromEntries([
    ...Object.entries(entries).filter(([name]) => name !== key),
    ...(value === null ? [] : [[key, value] as const]),
  ])

const apply = (ledger: Ledger, effect: Effect): Ledger => {
  if (effect.kind === 'cache_set') {
    const { key, value, expires_at } = effect
    return { ...ledger, cache: put(ledger.cache, key, { value, expires_at }) }
  }
  if (effect.kind === 'cache_deleted') return { ...ledger, cache: put(ledger.cache, effect.key, null) }
  if (effect.kind === 'transaction_metadata') {
    return { ...ledger, metadata: put(ledger.metadata, effect.key, effect.value) }
  }
  return ledger
}

/** The ledger after an Action; what failed leaves its cache and nothing else. */
export const enter = (ledger: Ledger, effects: readonly Effect[]): Ledger => ({
  ...effects.reduce(apply, ledger),
  effects: [...ledger.effects, ...effects],
})

const metadataBytes = (effects: readonly Effect[], kind: 'user_metadata' | 'app_metadata'): number =>
  effects.reduce((sum, effect) => (effect.kind === kind ? sum + jsonByteLength([effect.key, effect.value]) : sum), 0)

/** What several Actions have done too much of together. */
export const ledgerFailure = ({ effects }: Ledger): ActionFailure | undefined => {
  for (const kind of ['user_metadata', 'app_metadata'] as const) {
    if (metadataBytes(effects, kind) > LIMITS.metadataBytes) {
      return failure('output', `The changes of ${kind} in one run have more than ${LIMITS.metadataBytes} bytes.`)
    }
  }
  const primaries = effects.filter(effect => effect.kind === 'primary_user').length
  return primaries > 1
    ? failure('error', 'api.authentication.setPrimaryUser was called twice in one login.')
    : undefined
}
