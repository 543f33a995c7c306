/** How grants, codes and tokens are written and used, each by the rule of its model (decision 0016). */

import { type Adapter, errors, Provider } from 'oidc-provider'
import type { Db } from '../../store/database/database.ts'
import { GRANT_MODEL, type NewOidcPayload, updateOidcPayload } from '../../store/logins/oidc-payload-store.ts'
import { endGrants } from '../../store/logins/session-end.ts'
import {
  CODE_MODEL,
  insertToken,
  type NewToken,
  REFRESH_TOKEN_MODEL,
  redeemCode,
  rotateRefreshToken,
} from '../../store/logins/token-store.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { isAuthorization, keepIssued } from './authorization-writes.ts'
import { currentExchange } from './engine-context.ts'
import type { ToEntry } from './payload-entry.ts'
import { noteUse } from './use-under-way.ts'

export interface TokenRulesOptions {
  readonly db: Db
  readonly tenantId: NewOidcPayload['tenantId']
  readonly toEntry: ToEntry
}

const refused = (detail: string): Error => new errors.InvalidGrant({ detail })

const GRANT_ENDED = 'the grant has ended'

/** The exchange of an authorization request: what it issues waits for its session. */
const authorizationUnderWay = (): Exchange | undefined => {
  const context = Provider.ctx
  return context && isAuthorization(context) ? currentExchange() : undefined
}

const exchangeUnderWay = (): Exchange => {
  const exchange = currentExchange()
  if (!exchange) throw new TypeError('a code or a token is used outside of a request')
  return exchange
}

const ofGrant = (entry: NewOidcPayload): NewToken => {
  if (entry.grantId === undefined) throw new TypeError(`${entry.model} without a grant`)
  return { ...entry, grantId: entry.grantId }
}

/** Refresh tokens that the request under way uses up, until the one that follows is stored. */
const used = new WeakMap<Exchange, string>()

const saveRefreshToken = async (db: Db, token: NewToken): Promise<void> => {
  const exchange = currentExchange()
  const usedId = exchange && used.get(exchange)
  if (usedId === undefined) {
    if (!(await insertToken(db, token))) throw refused(GRANT_ENDED)
    return
  }
  const outcome = await rotateRefreshToken(db, usedId, token)
  if (outcome === 'rotated') return
  // Another request was faster by an instant: for this one the token has been used.
  throw refused(outcome === 'used' ? `${REFRESH_TOKEN_MODEL} already consumed` : GRANT_ENDED)
}

/** What differs from the adapter of any other model. */
type Rules = Readonly<Record<string, Partial<Adapter>>>

export const createTokenRules = ({ db, tenantId, toEntry }: TokenRulesOptions): Rules => ({
  [GRANT_MODEL]: {
    async upsert(id, payload, expiresIn) {
      const entry = toEntry(GRANT_MODEL, id, payload, expiresIn)
      const exchange = authorizationUnderWay()
      // Elsewhere it was loaded: one that has ended meanwhile is not written again.
      if (exchange) keepIssued(exchange, entry)
      else await updateOidcPayload(db, entry)
    },
    destroy: id => endGrants(db, tenantId, [id]),
  },

  [CODE_MODEL]: {
    async upsert(id, payload, expiresIn) {
      const exchange = authorizationUnderWay()
      if (!exchange) throw new TypeError('a code is issued outside of an authorization request')
      keepIssued(exchange, toEntry(CODE_MODEL, id, payload, expiresIn))
    },
    async consume(id) {
      noteUse(exchangeUnderWay(), CODE_MODEL, id)
      if (!(await redeemCode(db, { tenantId, id }))) throw refused(`${CODE_MODEL} already consumed, or ended`)
    },
  },

  AccessToken: {
    async upsert(id, payload, expiresIn) {
      const entry = toEntry('AccessToken', id, payload, expiresIn)
      const exchange = authorizationUnderWay()
      if (exchange) keepIssued(exchange, entry)
      else if (!(await insertToken(db, ofGrant(entry)))) throw refused(GRANT_ENDED)
    },
  },

  [REFRESH_TOKEN_MODEL]: {
    upsert: (id, payload, expiresIn) =>
      saveRefreshToken(db, ofGrant(toEntry(REFRESH_TOKEN_MODEL, id, payload, expiresIn))),
    /** It is used up by the statement that stores its successor. */
    async consume(id) {
      const exchange = exchangeUnderWay()
      noteUse(exchange, REFRESH_TOKEN_MODEL, id)
      used.set(exchange, id)
    },
  },
})
