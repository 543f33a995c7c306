/**
 * Leads the browser of a login on that has gone on without it: the form was sent twice, the page was opened again, or it
 * is open in two tabs. What it is given holds nothing that works once: no code, and no `state` of an application.
 */

import type { Clock } from '../../base/clock.ts'
import { isJsonObject } from '../../base/json.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { Db } from '../../store/database/database.ts'
import { BUSY_UNTIL, findLoginTrail, type LoginTrail, RESULT } from '../../store/logins/interaction-store.ts'
import { renderPage, type WayOn } from '../pages/pages.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'
import type { LoginTransaction } from '../transaction/transaction.ts'
import type { LoginWentOn } from './login-went-on.ts'
import { openSuspendedPage } from './suspended-page.ts'
import { findWayBack, wayAgain } from './way-on.ts'

export interface LeadOnServices {
  readonly volatileDb: Db
  readonly secretBox: SecretBox
  readonly clock: Clock
  readonly directory: Pick<Directory, 'client'>
  /** The session of the request's browser. */
  readonly loadSession: (
    exchange: Exchange,
  ) => Promise<{ readonly accountId?: string | undefined; readonly uid: string }>
}

export type Lead =
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'page'; readonly status: number; readonly html: string }

/** Milliseconds for which a login that has led nowhere may still be at work: the time of its Actions, and some. */
const UNDER_WAY_MS = 30_000

const redirect = (to: string): Lead => ({ kind: 'redirect', to })

const notice = (
  { tenant }: Exchange,
  status: number,
  { title, ...data }: { title: string; message: string; next: WayOn; otherwise?: WayOn },
): Lead => ({
  kind: 'page',
  status,
  html: renderPage('notice', tenant.name, { otherwise: undefined, ...data }, title),
})

const loggedIn = async (exchange: Exchange, { directory }: LeadOnServices): Promise<Lead> =>
  notice(exchange, 200, {
    title: 'You are logged in',
    message: 'This page belongs to a login that has succeeded. There is nothing left to do here.',
    next: await findWayBack(exchange, directory, { verb: 'Continue to' }),
  })

const underWay = async (exchange: Exchange, { directory }: LeadOnServices): Promise<Lead> =>
  notice(exchange, 409, {
    title: 'Your login is under way',
    message: 'This page was sent or opened twice, and the login goes on with the first. Continue to see where it is.',
    next: wayAgain(exchange.url.href, 'Continue'),
    otherwise: await findWayBack(exchange, directory),
  })

/** Also for another user than the one whom the login is of: of that one nothing is said. */
const over = async (exchange: Exchange, { directory }: LeadOnServices): Promise<Lead> =>
  notice(exchange, 400, {
    title: 'This login is over',
    message: 'It cannot be continued here. Go back to the application, and log in again where it asks you to.',
    next: await findWayBack(exchange, directory),
  })

/** Whose the login is, and where it waits. */
interface Progress {
  readonly userId: string | undefined
  /** Its page, and the session in which it goes on there, if it has one. */
  readonly waits: { readonly sessionId: unknown; readonly page: string } | undefined
  readonly isAccepted: boolean
  /** Another form of its first page is being looked at. */
  readonly isBusy: boolean
  /** It may be at work in another request. */
  readonly isRecent: boolean
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const progressOf = (
  { waiting, acceptedUserId, usedAt }: LoginTrail,
  { tenant }: Exchange,
  { secretBox, clock }: LeadOnServices,
  { id: transactionId }: LoginTransaction,
): Progress => {
  const session = isJsonObject(waiting?.session) ? waiting.session : undefined
  const place = { tenantId: tenant.tenantId, transactionId }
  const page = waiting && openSuspendedPage(secretBox, place, waiting)
  const now = clock()
  const isOpen = waiting !== undefined && waiting[RESULT] === undefined
  return {
    userId: text(session?.accountId) ?? acceptedUserId,
    waits: page && { sessionId: session?.uid, page: isOpen ? page.address : `/authorize/${page.id}` },
    isAccepted: acceptedUserId !== undefined,
    isBusy: isOpen && (page === undefined || Number(waiting[BUSY_UNTIL] ?? 0) * 1000 > now),
    isRecent: usedAt !== undefined && now - usedAt.getTime() < UNDER_WAY_MS,
  }
}

const leadBy = async (
  { transaction, isSentBy }: Pick<LoginWentOn, 'transaction' | 'isSentBy'>,
  exchange: Exchange,
  services: LeadOnServices,
): Promise<Lead> => {
  const [trail, session] = await Promise.all([
    findLoginTrail(services.volatileDb, exchange.tenant.tenantId, transaction.id),
    services.loadSession(exchange),
  ])
  const { userId, waits, isAccepted, isBusy, isRecent } = progressOf(trail, exchange, services, transaction)
  if (isSentBy && userId !== undefined && !(await isSentBy(userId))) return over(exchange, services)
  if (isBusy) return underWay(exchange, services)
  // What the login has led to is for the user who is logged in here now: after a logout there is none.
  const isUserHere = userId !== undefined && session.accountId === userId
  const isSessionHere = waits?.sessionId === undefined || (isUserHere && waits.sessionId === session.uid)
  if (waits && isSessionHere && waits.page !== exchange.url.pathname) return redirect(waits.page)
  if (isAccepted && isUserHere) return loggedIn(exchange, services)
  return isRecent ? underWay(exchange, services) : over(exchange, services)
}

/** Where the browser goes, or what it is shown. */
export const leadOn = async (
  { transaction, isSentBy, whereabouts }: Pick<LoginWentOn, 'transaction' | 'isSentBy' | 'whereabouts'>,
  exchange: Exchange,
  services: LeadOnServices,
): Promise<Lead> => {
  exchange.transaction = transaction
  if (!whereabouts) return leadBy({ transaction, isSentBy }, exchange, services)
  const { page, userId } = whereabouts
  const isOther = isSentBy && userId !== undefined && !(await isSentBy(userId))
  return isOther ? over(exchange, services) : redirect(page)
}
