/** Keeps interactions for the OIDC engine: each is continued once, and in the browser that began it. */

import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import { isJsonObject } from '../../base/json.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { Db } from '../../store/database/database.ts'
import { findInteraction, saveInteraction, useInteraction } from '../../store/logins/interaction-store.ts'
import { extendLoginTransaction } from '../../store/logins/login-transaction-store.ts'
import { SUSPENDED_PAGE, sealSuspendedPage } from '../lead-on/suspended-page.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { isSameBrowser } from '../transaction/browser-binding.ts'
import { LIFETIME } from '../transaction/lifetime.ts'
import { asOfUser, parseTransaction } from '../transaction/transaction.ts'
import { currentExchange } from './engine-context.ts'
import { PIPELINE, pageOfPrompt } from './interaction-policy.ts'
import { restorePayload, withoutSecrets } from './stored-payload.ts'

export interface InteractionAdapterOptions {
  readonly tenant: Tenant
  /** An interaction that is lost in a crash makes one person start one login again. */
  readonly volatileDb: Db
  readonly clock: Clock
  readonly secretBox: SecretBox
}

/** True for an interaction that is not the first of its login: there are pages from which its browser is led to it. */
const isLater = (): boolean => {
  const { transaction, startedAt } = currentExchange() ?? {}
  return transaction !== undefined && transaction.initiatedAt !== startedAt
}

/** A login that was suspended again, and so has a new page, has its transaction for as long as that. */
const keepTransaction = async ({ tenant, volatileDb, clock }: InteractionAdapterOptions): Promise<void> => {
  const { transaction } = currentExchange() ?? {}
  // One that begins with this request is being written right now, with all of its time.
  if (!transaction || !isLater()) return
  const until = new Date(clock() + LIFETIME.unfinishedTransaction * 1000)
  await extendLoginTransaction(volatileDb, tenant.tenantId, transaction.id, until)
}

const transactionIdOf = ({ params }: AdapterPayload): string | undefined =>
  typeof params?.transaction_id === 'string' ? params.transaction_id : undefined

/** Where the interaction waits, sealed. The first page of a login needs no note: it is found by its own address. */
const suspendedPageOf = (
  { tenant, secretBox }: InteractionAdapterOptions,
  id: string,
  payload: AdapterPayload,
): Record<string, unknown> => {
  const context = Provider.ctx
  const transactionId = transactionIdOf(payload)
  const name = payload.prompt?.name ?? ''
  if (!context || !transactionId || !(name === PIPELINE || isLater())) return {}
  const address = pageOfPrompt(context, name, id)
  const place = { tenantId: tenant.tenantId, transactionId }
  return address ? { [SUSPENDED_PAGE]: sealSuspendedPage(secretBox, place, { id, address }) } : {}
}

/** The request under way continues nothing: its session, which another request may be replacing, is not stored again. */
const leaveSession = (): void => {
  const session = Provider.ctx?.oidc.session
  if (session) Reflect.set(session, 'destroyed', true)
}

/** What the engine is told when another request has used the interaction. Nothing has happened in this one yet. */
const alreadyUsed = (): Error => {
  leaveSession()
  return new errors.SessionNotFound('interaction was used by another request')
}

/** The user of whom the interaction is: who has answered it, else who was logged in when it began. */
const userIdOf = ({ result, session }: Readonly<Record<string, unknown>>): string | undefined => {
  const { accountId } = isJsonObject(result) && isJsonObject(result.login) ? result.login : {}
  const earlier = isJsonObject(session) ? session.accountId : undefined
  return typeof accountId === 'string' ? accountId : typeof earlier === 'string' ? earlier : undefined
}

const unused = (): Promise<undefined> =>
  Promise.reject(new TypeError('the OIDC engine does not do this to interactions'))

/**
 * Creates the adapter. The engine takes an interaction up again in three steps: it finds it, destroys it, and goes on with
 * what it has read. The second decides: of several requests that have found it, one goes on (decision 0017).
 */
export const createInteractionAdapter = (options: InteractionAdapterOptions): Adapter => {
  const { tenant, volatileDb: db, clock } = options
  const keyOf = (id: string) => ({ tenantId: tenant.tenantId, id })

  return {
    async upsert(id, payload, expiresIn) {
      const saved = await saveInteraction(db, {
        ...keyOf(id),
        payload: { ...withoutSecrets(payload), ...suspendedPageOf(options, id, payload) },
        transactionId: transactionIdOf(payload),
        expiresAt: expiresIn === undefined ? undefined : new Date(clock() + expiresIn * 1000),
      })
      if (!saved) throw alreadyUsed()
      await keepTransaction(options)
    },
    /**
     * For another browser there is none. The cookie by which the engine finds it proves nothing, as it repeats the id that
     * stands in the path: any sender that knows an address could bring it along.
     */
    async find(id) {
      const exchange = currentExchange()
      const found = await findInteraction(db, keyOf(id))
      if (!found) return undefined
      if (exchange && !isSameBrowser(exchange.cookie('browser'), found.transaction?.browserHash ?? '')) return undefined
      if (exchange && found.transaction)
        exchange.transaction = asOfUser(parseTransaction(found.transaction), userIdOf(found.payload))
      if (!found.consumedAt) return restorePayload(found, id)
      leaveSession()
      return undefined
    },
    async destroy(id) {
      if (!(await useInteraction(db, keyOf(id)))) throw alreadyUsed()
    },
    consume: unused,
    findByUid: unused,
    findByUserCode: unused,
    revokeByGrantId: unused,
  }
}
