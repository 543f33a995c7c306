/** Keeps the OIDC engine's state in PostgreSQL. */

import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { Db } from '../../store/database/database.ts'
import { SESSION_MODEL } from '../../store/logins/authorization-store.ts'
import { INTERACTION_MODEL } from '../../store/logins/interaction-store.ts'
import {
  consumeOidcPayload,
  deleteOidcPayload,
  deleteOidcPayloadsOfGrant,
  findOidcPayload,
  findOidcPayloadByUid,
  GRANT_MODEL,
  insertOidcPayload,
  type OidcPayloadWithOrigin,
} from '../../store/logins/oidc-payload-store.ts'
import { SESSION_TOKEN_MODELS } from '../../store/logins/session-end.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { parseTransaction } from '../transaction/transaction.ts'
import { toClientMetadata } from './client-metadata.ts'
import { currentExchange } from './engine-context.ts'
import { createInteractionAdapter } from './interaction-adapter.ts'
import { createToEntry, PUSHED_MODEL, type ToEntry } from './payload-entry.ts'
import { createSessionAdapter } from './session-adapter.ts'
import { restorePayload } from './stored-payload.ts'
import { createTokenRules } from './token-rules.ts'
import { findUsable } from './use-under-way.ts'

export interface AdapterOptions {
  readonly tenant: Tenant
  readonly db: Db
  readonly volatileDb: Db
  readonly clock: Clock
  readonly secretBox: SecretBox
  readonly directory: Directory
}

/** Clients are configuration, not state: they come from their own table. */
const createClientAdapter = ({ tenant, directory }: AdapterOptions): Adapter => {
  const readOnly = (): Promise<undefined> => Promise.reject(new TypeError('the OIDC engine does not change clients'))
  return {
    async find(id) {
      const client = await directory.client(tenant.tenantId, id)
      return client && toClientMetadata(client)
    },
    upsert: readOnly,
    findByUserCode: readOnly,
    findByUid: readOnly,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
  }
}

/** Grants that came with what belongs to them, until the engine asks for them in the same request. */
const grants = new WeakMap<Exchange, { readonly id: string; readonly payload: AdapterPayload }>()

/** A code or a refresh token brings its grant and its transaction along. */
const remember = (exchange: Exchange, { grant, transaction }: OidcPayloadWithOrigin): void => {
  if (transaction) exchange.transaction = parseTransaction(transaction)
  if (grant) grants.set(exchange, { id: grant.id, payload: { ...grant.payload, jti: grant.id } })
}

const takeGrant = (exchange: Exchange, id: string): AdapterPayload | undefined => {
  const known = grants.get(exchange)
  return known?.id === id ? known.payload : undefined
}

const createStateAdapter = (model: string, { tenant, db }: AdapterOptions, toEntry: ToEntry): Adapter => {
  const { tenantId } = tenant
  const keyOf = (id: string) => ({ tenantId, model, id })

  return {
    upsert: (id, payload, expiresIn) => insertOidcPayload(db, toEntry(model, id, payload, expiresIn)),
    async find(id) {
      const exchange = currentExchange()
      const known = model === GRANT_MODEL && exchange ? takeGrant(exchange, id) : undefined
      if (known) return known
      const found = await findOidcPayload(db, keyOf(id))
      if (!found) return undefined
      if (exchange) remember(exchange, found)
      return restorePayload(found, id)
    },
    async findByUid(uid) {
      const found = await findOidcPayloadByUid(db, { tenantId, model, uid })
      return found && restorePayload(found, undefined)
    },
    findByUserCode: () => Promise.reject(new TypeError('the device flow is off')),
    async consume(id) {
      if (await consumeOidcPayload(db, keyOf(id))) return
      if (model === PUSHED_MODEL) throw new errors.InvalidRequestUri('request_uri was already used')
      throw new errors.InvalidGrant({ detail: `${model} already consumed` })
    },
    async destroy(id) {
      await deleteOidcPayload(db, keyOf(id))
    },
    async revokeByGrantId(grantId) {
      await deleteOidcPayloadsOfGrant(db, { tenantId, model, grantId })
    },
  }
}

/** Makes the adapter of each of the engine's models. */
export const createAdapterFactory = (options: AdapterOptions): AdapterFactory => {
  const { tenant, db, clock } = options
  const toEntry = createToEntry(tenant.tenantId, clock)
  const rules = createTokenRules({ db, tenantId: tenant.tenantId, toEntry })
  return model => {
    if (model === 'Client') return createClientAdapter(options)
    if (model === SESSION_MODEL) return createSessionAdapter(options)
    if (model === INTERACTION_MODEL) return createInteractionAdapter(options)
    const state = createStateAdapter(model, options, toEntry)
    const find = SESSION_TOKEN_MODELS.includes(model) ? findUsable(model, state.find) : state.find
    return { ...state, find, ...rules[model] }
  }
}
