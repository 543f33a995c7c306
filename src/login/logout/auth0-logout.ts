/** `/v2/logout`: ends the session and returns to an address of the client's, or of the tenant's, list. */

import { PageRefusal } from '../http/failure.ts'
import { sendRedirect } from '../http/reply.ts'
import type { Client } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { endSession, type LogoutContext, recordRefusedLogout } from './end-session.ts'
import type { LogoutServices } from './logout-services.ts'
import { isAllowedReturn } from './return-address.ts'
import { showLoggedOut } from './show-logged-out.ts'

/** Characters of an address that the log keeps. */
const MAX_LOGGED = 2_048

const refuse = (message: string): PageRefusal =>
  new PageRefusal({ status: 400, code: 'invalid_request', title: 'Something went wrong', message })

/** Where a client's logout leads when it does not say; empty when that is nowhere. */
const firstAddress = (client: Client | undefined): string =>
  client?.allowedLogoutUrls.find(address => !address.includes('*')) ?? ''

/**
 * GET, and without a question, as applications expect it: another site can log people out with it, which is a nuisance
 * and no more, and the address that it leads to is always one of the tenant's.
 */
export const auth0Logout = async (exchange: Exchange, services: LogoutServices): Promise<void> => {
  const { directory } = services
  const { searchParams } = exchange.url
  const clientId = searchParams.get('client_id')
  const client = clientId === null ? undefined : await directory.client(exchange.tenant.tenantId, clientId)
  if (clientId !== null && !client) throw refuse('The application that asked for the logout does not exist.')
  const context: LogoutContext = { services, client: client && { id: client.clientId, name: client.name } }
  const allowed = client ? client.allowedLogoutUrls : exchange.tenant.allowedLogoutUrls
  const returnTo = searchParams.get('returnTo')
  const details = { allowed_logout_url: allowed, ...(returnTo ? { return_to: returnTo.slice(0, MAX_LOGGED) } : {}) }
  if (returnTo && !isAllowedReturn(returnTo, allowed, 'free')) {
    const message = 'The address to return to is not among the Allowed Logout URLs.'
    await recordRefusedLogout(exchange, context, { message }, details)
    throw refuse(message)
  }
  await endSession(exchange, context, details)
  const destination = URL.parse(returnTo || firstAddress(client))
  if (destination) sendRedirect(exchange.response, destination.href)
  else await showLoggedOut(exchange, directory, client)
}
