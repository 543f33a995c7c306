/** A login that has just ended at the callback page, found by its code. Nothing is used up and no token is issued. */

import { callbackPageOf } from '../../model/callback-page.ts'
import type { Db } from '../../store/database/database.ts'
import { findOidcPayload } from '../../store/logins/oidc-payload-store.ts'
import { logCondition } from '../../store/logs/log-condition.ts'
import type { LogDocument } from '../../store/logs/log-store.ts'
import { listLogsPage } from '../../store/logs/log-store.ts'
import { findUser, type UserRecord } from '../../store/users/user-store.ts'
import { OTHER_BROWSER, PageRefusal } from '../http/failure.ts'
import { isSameBrowser } from '../transaction/browser-binding.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { type LoginTransaction, parseTransaction } from '../transaction/transaction.ts'
import { idTokenClaims } from './id-token-claims.ts'

export interface FinishedLogin {
  readonly user: UserRecord
  readonly transaction: LoginTransaction
  readonly claims: Readonly<Record<string, unknown>>
  /** What the log has of it, oldest first. */
  readonly events: readonly LogDocument[]
}

const CODE = /^[\w-]{1,128}$/

/** More events than the page has room for. */
const MAX_EVENTS = 20

const listEvents = (db: Db, { tenant }: Exchange, { id }: LoginTransaction) =>
  listLogsPage(db, {
    tenantId: tenant.tenantId,
    where: logCondition({ kind: 'test', field: 'details.transaction_id', match: { kind: 'exact', value: id } }),
    skip: 0,
    take: MAX_EVENTS,
    sort: { by: 'date', direction: 'asc' },
  })

/**
 * The login that a code is of. Only the browser that logged in gets to see it, so that a stranger's code, sent in a link, shows
 * nothing of the stranger and makes no person believe that they have logged in (login CSRF, RFC 9700 section 4.7).
 *
 * @param state as the address has it: the application's own check, done here in its place
 * @returns undefined when the code's time is over, or when it is for another address or another request
 * @throws PageRefusal in another browser
 */
export const loadFinishedLogin = async (
  exchange: Exchange,
  { db }: { readonly db: Db },
  code: string,
  state: string | null,
): Promise<FinishedLogin | undefined> => {
  const { tenantId, issuer } = exchange.tenant
  const found = CODE.test(code)
    ? await findOidcPayload(db, { tenantId, model: 'AuthorizationCode', id: code })
    : undefined
  if (!found?.transaction) return undefined
  const transaction = parseTransaction(found.transaction)
  if (!isSameBrowser(exchange.cookie('browser'), transaction.browserHash)) throw new PageRefusal(OTHER_BROWSER)
  const { payload, grant } = found
  if (payload.redirectUri !== callbackPageOf(issuer) || (transaction.params.state ?? null) !== state) return undefined
  const [user, events] = await Promise.all([
    findUser(db, tenantId, String(payload.accountId)),
    listEvents(db, exchange, transaction),
  ])
  if (!user) return undefined
  return { user, transaction, claims: idTokenClaims(payload, grant?.payload, { user, issuer }), events }
}
