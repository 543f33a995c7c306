/** Keeps the OIDC engine's state in PostgreSQL. */

import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import {
  consumeOidcPayload,
  deleteOidcPayload,
  deleteOidcPayloadsOfGrant,
  findOidcPayload,
  findOidcPayloadByUid,
  type OidcPayload,
  saveOidcPayload,
} from '../../store/oidc-payload-store.ts'
import type { Directory } from '../directory.ts'
import type { LoginDeps } from '../login-deps.ts'
import type { Tenant } from '../tenant.ts'
import { parseTransaction } from '../transaction.ts'
import { toClientMetadata } from './client-metadata.ts'
import { currentExchange } from './engine-context.ts'

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

const grantIdOf = (payload: AdapterPayload): string | undefined => {
  const transactionId = payload.params?.transaction_id
  return payload.grantId ?? (typeof transactionId === 'string' ? transactionId : undefined)
}

const createStateAdapter = (model: string, { tenant, deps }: AdapterOptions): Adapter => {
  const { tenantId } = tenant
  // An interaction lost in a crash makes one person start one login again; everything else is kept for good.
  const db = model === 'Interaction' ? deps.volatileDb : deps.db
  const keyOf = (id: string) => ({ tenantId, model, id })

  return {
    async upsert(id, payload, expiresIn) {
      await saveOidcPayload(db, {
        ...keyOf(id),
        payload: withoutSecrets(payload),
        grantId: grantIdOf(payload),
        uid: payload.uid,
        expiresAt: expiresIn === undefined ? undefined : new Date(deps.clock() + expiresIn * 1000),
      })
    },
    async find(id) {
      const found = await findOidcPayload(db, keyOf(id))
      if (!found) return undefined
      // A code, a refresh token and an interaction belong to a transaction, which came with the same read.
      const exchange = currentExchange()
      if (exchange && found.transaction) exchange.transaction = parseTransaction(found.transaction)
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
