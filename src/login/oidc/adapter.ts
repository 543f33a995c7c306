/** Keeps the OIDC engine's state in PostgreSQL. */

import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import { extendLoginTransaction } from '../../store/login-transaction-store.ts'
import {
  consumeOidcPayload,
  deleteOidcPayload,
  deleteOidcPayloadsOfGrant,
  findOidcPayload,
  findOidcPayloadByUid,
  GRANT_MODEL,
  type OidcPayload,
  type OidcPayloadWithOrigin,
  saveOidcPayload,
} from '../../store/oidc-payload-store.ts'
import { SESSION_TOKEN_MODELS } from '../../store/session-end.ts'
import { isSameBrowser } from '../browser-binding.ts'
import type { Directory } from '../directory.ts'
import type { Exchange } from '../exchange.ts'
import type { LoginDeps } from '../login-deps.ts'
import type { Tenant } from '../tenant.ts'
import { parseTransaction } from '../transaction.ts'
import { toClientMetadata } from './client-metadata.ts'
import { currentExchange } from './engine-context.ts'
import { LIFETIME } from './lifetimes.ts'

export interface AdapterOptions {
  readonly tenant: Tenant
  readonly deps: Pick<LoginDeps, 'db' | 'volatileDb' | 'clock'>
  readonly directory: Directory
}

/**
 * The payload without what opens something: its own id, the session's id that an interaction repeats, and the
 * address of the interaction, which holds its id too. The table holds ids as hashes only.
 */
const withoutSecrets = ({ jti: _, returnTo: __, session, ...payload }: AdapterPayload): Record<string, unknown> => {
  if (!session) return payload
  const { cookie: ___, ...rest } = session
  return { ...payload, session: rest }
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)

/** A payload as the engine stored it. */
const restore = ({ payload, consumedAt }: OidcPayload, id: string | undefined): AdapterPayload => ({
  ...payload,
  ...(id === undefined ? {} : { jti: id }),
  ...(consumedAt ? { consumed: seconds(consumedAt) } : {}),
})

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

/** The grant that a payload belongs to; a grant belongs to itself, an interaction to the transaction that it is of. */
const grantIdOf = (model: string, id: string, payload: AdapterPayload): string | undefined => {
  if (model === GRANT_MODEL) return id
  const transactionId = payload.params?.transaction_id
  return payload.grantId ?? (typeof transactionId === 'string' ? transactionId : undefined)
}

/** The second id of a payload: its own, or of what ends with a session, the session's. */
const secondIdOf = (model: string, { uid, sessionUid }: AdapterPayload): string | undefined =>
  SESSION_TOKEN_MODELS.includes(model) ? sessionUid : uid

/** Grants that came with what belongs to them, until the engine asks for them in the same request. */
const grants = new WeakMap<Exchange, { readonly id: string; readonly payload: AdapterPayload }>()

/**
 * False for an interaction that was begun in another browser: for this one there is none. The cookie by which the engine
 * finds it proves nothing, as it repeats the id that stands in the path, so whoever knows an address could bring it along.
 */
const isOfBrowser = (exchange: Exchange, { transaction }: OidcPayloadWithOrigin): boolean =>
  isSameBrowser(exchange.cookie('browser'), transaction?.browserHash ?? '')

/** A code or a refresh token brings its grant and its transaction along, an interaction its transaction. */
const remember = (exchange: Exchange, { grant, transaction }: OidcPayloadWithOrigin): void => {
  if (transaction) exchange.transaction = parseTransaction(transaction)
  if (grant) grants.set(exchange, { id: grant.id, payload: { ...grant.payload, jti: grant.id } })
}

const takeGrant = (exchange: Exchange, id: string): AdapterPayload | undefined => {
  const known = grants.get(exchange)
  return known?.id === id ? known.payload : undefined
}

const INTERACTION = 'Interaction'

/** A login that was suspended again, and so has a new page, has its transaction for as long as that. */
const keepTransaction = async ({ tenant, deps }: AdapterOptions): Promise<void> => {
  const { transaction, startedAt } = currentExchange() ?? {}
  // One that begins with this request is being written right now, with all of its time.
  if (!transaction || transaction.initiatedAt === startedAt) return
  const until = new Date(deps.clock() + LIFETIME.unfinishedTransaction * 1000)
  await extendLoginTransaction(deps.volatileDb, tenant.tenantId, transaction.id, until)
}

const createStateAdapter = (model: string, options: AdapterOptions): Adapter => {
  const { tenant, deps } = options
  const { tenantId } = tenant
  // An interaction lost in a crash makes one person start one login again; everything else is kept for good.
  const db = model === INTERACTION ? deps.volatileDb : deps.db
  const keyOf = (id: string) => ({ tenantId, model, id })

  return {
    async upsert(id, payload, expiresIn) {
      await saveOidcPayload(db, {
        ...keyOf(id),
        payload: withoutSecrets(payload),
        grantId: grantIdOf(model, id, payload),
        uid: secondIdOf(model, payload),
        expiresAt: expiresIn === undefined ? undefined : new Date(deps.clock() + expiresIn * 1000),
      })
      if (model === INTERACTION) await keepTransaction(options)
    },
    async find(id) {
      const exchange = currentExchange()
      const known = model === GRANT_MODEL && exchange ? takeGrant(exchange, id) : undefined
      if (known) return known
      const found = await findOidcPayload(db, keyOf(id))
      if (!found || (model === INTERACTION && exchange && !isOfBrowser(exchange, found))) return undefined
      if (exchange) remember(exchange, found)
      return restore(found, id)
    },
    async findByUid(uid) {
      const found = await findOidcPayloadByUid(db, { tenantId, model, uid })
      return found && restore(found, undefined)
    },
    findByUserCode: () => Promise.reject(new TypeError('the device flow is off')),
    async consume(id) {
      if (await consumeOidcPayload(db, keyOf(id))) return
      // Somebody else was faster by an instant: for this caller the code, or the refresh token, has been used.
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
  model =>
    model === 'Client' ? createClientAdapter(options) : createStateAdapter(model, options)
