/** The page after a logout that leads nowhere else. */

import { sendPage } from '../http/reply.ts'
import { findWayBack } from '../lead-on/way-on.ts'
import { renderPage } from '../pages/pages.ts'
import type { Client, Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'

/** @param client that has asked for the logout; without one, the page leads to the browser's last application */
export const showLoggedOut = async (
  exchange: Exchange,
  directory: Pick<Directory, 'client'>,
  client: Client | undefined,
): Promise<void> => {
  const next = await findWayBack(exchange, directory, { application: client && { clientId: client.clientId } })
  sendPage(exchange.response, 200, renderPage('logged-out', exchange.tenant.name, { next }))
}
