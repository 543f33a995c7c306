/** Keeps the OIDC engine's state in PostgreSQL. */

import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import { INTERACTION_MODEL } from '../../store/interaction-store.ts'
import {
  consumeOidcPayload,
  deleteOidcPayload,
  deleteOidcPayloadsOfGrant,
  findOidcPayload,
  findOidcPayloadByUid,
  GRANT_MODEL,
  type OidcPayloadWithOrigin,
  saveOidcPayload,
} from '../../store/oidc-payload-store.ts'
import { SESSION_TOKEN_MODELS } from '../../store/session-end.ts'
import type { Directory } from '../directory.ts'
import type { Exchange } from '../exchange.ts'
import type { LoginDeps } from '../login-deps.ts'
import type { Tenant } from '../tenant.ts'
import { parseTransaction } from '../transaction.ts'
import { toClientMetadata } from './client-metadata.ts'
import { currentExchange } from './engine-context.ts'
import { createInteractionAdapter } from './interaction-adapter.ts'
import { LIFETIME } from './lifetimes.ts'
import { restorePayload, withoutSecrets } from './stored-payload.ts'

export interface AdapterOptions {
  readonly tenant: Tenant
  readonly deps: Pick<LoginDeps, 'db' | 'volatileDb' | 'clock' | 'secretBox'>
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

/** The grant that a payload belongs to; a grant belongs to itself. */
const grantIdOf = (model: string, id: string, { grantId }: AdapterPayload): string | undefined =>
  model === GRANT_MODEL ? id : grantId

/** The second id of a payload: its own, or of what ends with a session, the session's. */
const secondIdOf = (model: string, { uid, sessionUid }: AdapterPayload): string | undefined =>
  SESSION_TOKEN_MODELS.includes(model) ? sessionUid : uid

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

const PUSHED_MODEL = 'PushedAuthorizationRequest'

/**
 * Seconds for which a payload is kept. A pushed request may be used for a minute, and the login that it leads to may take as
 * long as any: until that ends, its row says whether it was used.
 */
const lifetimeOf = (model: string, expiresIn: number): number =>
  model === PUSHED_MODEL ? expiresIn + LIFETIME.interaction : expiresIn

const createStateAdapter = (model: string, options: AdapterOptions): Adapter => {
  const { tenant, deps } = options
  const { tenantId } = tenant
  const { db } = deps
  const keyOf = (id: string) => ({ tenantId, model, id })

  return {
    async upsert(id, payload, expiresIn) {
      await saveOidcPayload(db, {
        ...keyOf(id),
        payload: withoutSecrets(payload),
        grantId: grantIdOf(model, id, payload),
        uid: secondIdOf(model, payload),
        expiresAt: expiresIn === undefined ? undefined : new Date(deps.clock() + lifetimeOf(model, expiresIn) * 1000),
      })
    },
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
      // Another caller was faster by an instant: for this one the code, or the refresh token, has been used.
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
export const createAdapterFactory =
  (options: AdapterOptions): AdapterFactory =>
  model => {
    if (model === 'Client') return createClientAdapter(options)
    return model === INTERACTION_MODEL ? createInteractionAdapter(options) : createStateAdapter(model, options)
  }
