/**
 * Keeps the OIDC engine's sessions. The engine stores a session at the end of each request, however long ago it was loaded,
 * and replaces its id by destroying one and storing another. Here a session that was loaded is stored only while it is
 * there, its id is replaced in place, and the grant and the code of the request are written with it (decision 0016).
 */

import { type Adapter, type AdapterPayload, errors, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import type { Db } from '../../store/database/database.ts'
import {
  type AuthorizationOutcome,
  type AuthorizedUser,
  SESSION_MODEL,
  writeAuthorization,
} from '../../store/logins/authorization-store.ts'
import { findOidcPayload, findOidcPayloadByUid, type NewOidcPayload } from '../../store/logins/oidc-payload-store.ts'
import { endSession, endSessionOfCookie } from '../../store/logins/session-end.ts'
import { cookieName, dropCookie } from '../http/cookies.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { takeWrites } from './authorization-writes.ts'
import { BLOCKED } from './blocked-user.ts'
import { currentExchange, exchangeOf } from './engine-context.ts'
import { isSuspended, loginKindOf } from './interaction-policy.ts'
import { generationOf } from './login-result.ts'
import { restorePayload, withoutSecrets } from './stored-payload.ts'

export interface SessionAdapterOptions {
  readonly tenant: Tenant
  readonly db: Db
  readonly clock: Clock
}

/** The session of a request as it is in the database; absent when there is none. */
const loaded = new WeakMap<Exchange, { readonly id: string; readonly uid: string }>()

/** In whose name the session is written; undefined when nothing depends on a user. */
const userOf = (
  context: KoaContextWithOIDC,
  accountId: string | undefined,
  issued: readonly NewOidcPayload[],
  at: Date,
): AuthorizedUser | undefined => {
  const { result } = context.oidc
  if (accountId === undefined || (issued.length === 0 && !result?.login)) return undefined
  const isCounted = issued.length > 0 && loginKindOf(context) !== 'silent'
  const login = isCounted ? { ip: exchangeOf(context).ip, at } : undefined
  return { userId: accountId, generation: result && generationOf(result), login }
}

type Refusal = Exclude<AuthorizationOutcome['kind'], 'written'>

const REFUSALS: Readonly<Record<Refusal, () => Error>> = {
  session_ended: () => new errors.LoginRequired('The session has ended.'),
  user_ended: () => new errors.LoginRequired('The user has to log in again.'),
  user_blocked: () => new errors.CustomOIDCProviderError(BLOCKED.error, BLOCKED.description),
  // The application has the answer to this transaction already: what is left is a page.
  granted_before: () =>
    Object.assign(new errors.SessionNotFound('the transaction has its code'), { allow_redirect: false }),
}

/** The engine is not to store the session any more, and the browser gets no cookie for it. */
const forgetSession = ({ oidc, res }: KoaContextWithOIDC, { secure }: Exchange): void => {
  if (oidc.session) Reflect.set(oidc.session, 'destroyed', true)
  const name = cookieName('session', secure)
  for (const cookie of [name, `${name}.sig`]) dropCookie(res, cookie)
}

const contextOf = (): KoaContextWithOIDC => {
  const context = Provider.ctx
  if (!context) throw new TypeError('a session is written outside of the OIDC engine')
  return context
}

const unused = (): Promise<undefined> => Promise.reject(new TypeError('the OIDC engine does not do this to sessions'))

export const createSessionAdapter = ({ tenant, db, clock }: SessionAdapterOptions): Adapter => {
  const { tenantId } = tenant

  const write = async (id: string, payload: AdapterPayload, expiresIn: number | undefined): Promise<void> => {
    const context = contextOf()
    const exchange = exchangeOf(context)
    const { uid, accountId } = payload
    if (uid === undefined || expiresIn === undefined) throw new TypeError('a session has no second id, or no end')
    const now = clock()
    const { issued, afterwards } = await takeWrites(exchange)
    const session = {
      ...{ tenantId, id, uid, accountId, from: loaded.get(exchange)?.id },
      ...{ payload: withoutSecrets(payload), expiresAt: new Date(now + expiresIn * 1000) },
    }
    const user = userOf(context, accountId, issued, new Date(now))
    const outcome = await writeAuthorization(db, { session, user, issued })
    if (outcome.kind === 'written') {
      loaded.set(exchange, { id, uid })
      for (const work of afterwards) work(outcome.loginsCount)
      return
    }
    forgetSession(context, exchange)
    if (issued.length > 0 || isSuspended(context)) throw REFUSALS[outcome.kind]()
  }

  return {
    upsert: (id, payload, expiresIn) => write(id, payload, expiresIn),
    async find(id) {
      const found = await findOidcPayload(db, { tenantId, model: SESSION_MODEL, id })
      if (!found) return undefined
      const exchange = currentExchange()
      if (exchange) loaded.set(exchange, { id, uid: String(found.payload.uid) })
      return restorePayload(found, id)
    },
    async findByUid(uid) {
      const found = await findOidcPayloadByUid(db, { tenantId, model: SESSION_MODEL, uid })
      return found && restorePayload(found, undefined)
    },
    async destroy(id) {
      const context = Provider.ctx
      // One of the server's pages ends a session that it has just loaded.
      if (!context) return void (await endSessionOfCookie(db, tenantId, id))
      const { session } = context.oidc
      // The engine replaces the id: it stores the session under another one next.
      if (session && Reflect.get(session, 'oldId') === id) return
      const uid = loaded.get(exchangeOf(context))?.uid
      if (uid !== undefined) await endSession(db, tenantId, uid)
    },
    consume: unused,
    findByUserCode: unused,
    revokeByGrantId: unused,
  }
}
