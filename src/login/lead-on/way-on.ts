/** The link of a page that leads no further: back to the application, or the same again. */

import type { ClientRecord } from '../../store/tenants/client-store.ts'
import type { ApplicationHint, Failure } from '../http/failure.ts'
import type { WayOn } from '../pages/pages.ts'
import type { Directory } from '../tenant/directory.ts'
import { rememberedApplication } from '../transaction/application-cookie.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { applicationAddress } from './application-address.ts'

type Clients = Pick<Directory, 'client'>

/** For a browser that comes from no application that is known. */
export const START: WayOn = { href: '/', label: 'Go to the start page' }

const applicationOf = ({ transaction }: Exchange): ApplicationHint | undefined =>
  transaction && { clientId: transaction.clientId, redirectUri: transaction.params.redirect_uri }

/** The link to an application. @param verb before its name */
const wayTo = (
  client: Pick<ClientRecord, 'name' | 'initiateLoginUri' | 'callbacks'> | undefined,
  { tenant }: Pick<Exchange, 'tenant'>,
  { redirectUri, verb = 'Back to' }: { readonly redirectUri?: string | undefined; readonly verb?: string } = {},
): WayOn => {
  const href = client && applicationAddress(client, tenant.issuer, redirectUri)
  return client && href ? { href, label: `${verb} ${client.name || 'the application'}` } : START
}

/**
 * The link back to the application: of the login under way, or for which this browser last began one.
 *
 * @param options.application in place of the exchange's
 */
export const findWayBack = async (
  exchange: Exchange,
  directory: Clients,
  options: { readonly application?: ApplicationHint | undefined; readonly verb?: string } = {},
): Promise<WayOn> => {
  const { clientId, redirectUri } = options.application ?? applicationOf(exchange) ?? rememberedApplication(exchange)
  const client = clientId ? await directory.client(exchange.tenant.tenantId, clientId) : undefined
  return wayTo(client, exchange, { ...options, redirectUri })
}

/** The same address again, with GET; what a form held is gone. */
export const wayAgain = (url: string, label = 'Try again'): WayOn => {
  const { pathname, search } = new URL(url, 'http://localhost')
  return { href: `/${pathname.replace(/^\/+/, '')}${search}`, label }
}

/** Addresses that show a page to GET, also when another method came there. */
const isPageAddress = ({ request, url }: Exchange): boolean =>
  request.method === 'GET' || request.method === 'HEAD' || url.pathname.startsWith('/u/')

/** What passes by itself: an overload, a database that is away, a budget that is used up. */
const passes = ({ status }: Failure): boolean => status >= 500 || status === 429

/** The link of a failure's page. Never rejects: a page that says what went wrong is shown in any case. */
export const wayAfter = async (
  failure: Failure,
  exchange: Exchange,
  directory: Clients,
  application?: ApplicationHint,
): Promise<WayOn> => {
  if (passes(failure) && isPageAddress(exchange)) return wayAgain(exchange.url.href)
  return findWayBack(exchange, directory, { application }).catch(() => START)
}
