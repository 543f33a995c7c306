/** Ends the browser's session, and says so in the log. */

import { endSessionOfCookie } from '../../store/logins/session-end.ts'
import { findUser } from '../../store/users/user-store.ts'
import { addCookie, cookieName } from '../http/cookies.ts'
import { copySessionCookie } from '../http/silent-cookie.ts'
import { parseDeviceCookie, toDeviceHash } from '../transaction/device-cookie.ts'
import type { Failing } from '../transaction/events.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { type AskedLogout, loggedOut, logoutFailed } from './logout-events.ts'
import type { LogoutServices } from './logout-services.ts'

export interface LogoutContext {
  readonly services: Pick<LogoutServices, 'db' | 'log' | 'clock'>
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
  { services, client }: LogoutContext,
  details: AskedLogout,
): Promise<void> => {
  const { tenantId } = exchange.tenant
  const cookie = exchange.cookie('session')
  const ended = cookie === undefined ? undefined : await endSessionOfCookie(services.db, tenantId, cookie)
  if (ended?.userId !== undefined) {
    rememberDevice(exchange)
    const user = await findUser(services.db, tenantId, ended.userId)
    await services.log.record(
      loggedOut({ exchange, at: services.clock(), client, user, sessionId: ended.sessionId }, details),
    )
  }
  forgetCookie(exchange)
}

export const recordRefusedLogout = async (
  exchange: Exchange,
  { services, client }: LogoutContext,
  failing: Failing,
  details: AskedLogout,
): Promise<void> => {
  rememberDevice(exchange)
  await services.log.record(logoutFailed({ exchange, at: services.clock(), client }, failing, details))
}
