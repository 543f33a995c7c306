/** `/`: what this server is, for a person who opens its address, and where to go from here. */

import { sendPage } from '../http/reply.ts'
import { renderPage } from '../pages/pages.ts'
import type { Client, Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'

/** The beginning of a login as an application would ask for it; no application waits for this one. */
const tryLogin = ({ clientId, callbacks }: Client): string | undefined =>
  callbacks[0] &&
  `/authorize?${new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    scope: 'openid profile email',
    redirect_uri: callbacks[0],
  })}`

/** Shows nothing that a login of the application would not show as well. */
export const showWelcome = async (
  exchange: Exchange,
  directory: Pick<Directory, 'firstApplication'>,
): Promise<void> => {
  const { tenantId, name } = exchange.tenant
  const client = await directory.firstApplication(tenantId)
  const data = { client_name: client?.name ?? '', login: client && tryLogin(client) }
  sendPage(exchange.response, 200, renderPage('welcome', name, data))
}
