/** Ends the browser's session, and says so in the log. */

import type { Clock } from '../../base/clock.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { Db } from '../../store/database/database.ts'
import { endSessionOfCookie } from '../../store/logins/session-end.ts'
import { findUser } from '../../store/users/user-store.ts'
import { addCookie, cookieName } from '../http/cookies.ts'
import { copySessionCookie } from '../http/silent-cookie.ts'
import { parseDeviceCookie, toDeviceHash } from '../transaction/device-cookie.ts'
import type { Failing } from '../transaction/events.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { type AskedLogout, loggedOut, logoutFailed } from './logout-events.ts'

export interface LogoutContext {
  readonly deps: { readonly db: Db; readonly log: TenantLog; readonly clock: Clock }
  readonly client: { readonly id: string; readonly name: string } | undefined
}

const rememberDevice = (exchange: Exchange): void => {
  const id = parseDeviceCookie(exchange.cookie('device'), exchange.keys.deviceCookie)
  if (id) exchange.deviceHash = toDeviceHash(id, exchange.keys.deviceHash)
}

/** Removes the cookie, its signature and its copy, whether or not there was a session. */
const forgetCookie = ({ response, secure }: Exchange): void => {
  const name = cookieName('session', secure)
  for (const cookie of [name, `${name}.sig`]) addCookie(response, cookie, '', { secure, maxAge: 0 })
  copySessionCookie(response, secure)
}

/**
 * Ends the session by its cookie alone. Nothing is logged when no user was logged in, nor by a request that comes second:
 * the statement that ends the session says whose it was.
 */
export const endSession = async (
  exchange: Exchange,
  { deps, client }: LogoutContext,
  details: AskedLogout,
): Promise<void> => {
  const { tenantId } = exchange.tenant
  const cookie = exchange.cookie('session')
  const ended = cookie === undefined ? undefined : await endSessionOfCookie(deps.db, tenantId, cookie)
  if (ended?.userId !== undefined) {
    rememberDevice(exchange)
    const user = await findUser(deps.db, tenantId, ended.userId)
    await deps.log.record(loggedOut({ exchange, at: deps.clock(), client, user, sessionId: ended.sessionId }, details))
  }
  forgetCookie(exchange)
}

export const recordRefusedLogout = async (
  exchange: Exchange,
  { deps, client }: LogoutContext,
  failing: Failing,
  details: AskedLogout,
): Promise<void> => {
  rememberDevice(exchange)
  await deps.log.record(logoutFailed({ exchange, at: deps.clock(), client }, failing, details))
}
