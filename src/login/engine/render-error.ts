/** The engine's errors that cannot be sent to an application, as pages; they name the reason and nothing else. */

import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { findInteraction } from '../../store/logins/interaction-store.ts'
import { EXPIRED } from '../http/failure.ts'
import { type LeadOnServices, leadOn } from '../lead-on/lead-on.ts'
import { findWayBack } from '../lead-on/way-on.ts'
import { renderPage, type WayOn } from '../pages/pages.ts'
import { isSameBrowser } from '../transaction/browser-binding.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { type LoginTransaction, parseTransaction } from '../transaction/transaction.ts'
import { exchangeOf } from './engine-context.ts'
import { loadSession } from './engine-request.ts'

type RenderError = NonNullable<Configuration['renderError']>
type RenderServices = Omit<LeadOnServices, 'loadSession'>

/** The request continues a login that is known and has gone on without it, or cannot go on in this session. */
const renderLead = async (
  context: KoaContextWithOIDC,
  exchange: Exchange,
  transaction: LoginTransaction,
  rendering: RenderServices,
): Promise<void> => {
  const went = { transaction, isSentBy: undefined, whereabouts: undefined }
  const lead = await leadOn(went, exchange, {
    ...rendering,
    loadSession: one => loadSession(one, context.oidc.provider),
  })
  if (lead.kind === 'redirect') {
    context.redirect(lead.to)
    return
  }
  context.status = lead.status
  context.type = 'html'
  context.body = lead.html
}

/** The id in the path at which a login is continued. */
const RESUMED = /^\/authorize\/([\w-]+)$/

/** The transaction of the login that the request wanted to continue: also after its cookie is gone, with the login over. */
const transactionOf = async (
  { path }: KoaContextWithOIDC,
  exchange: Exchange,
  { volatileDb }: RenderServices,
): Promise<LoginTransaction | undefined> => {
  if (exchange.transaction) return exchange.transaction
  const [, id] = RESUMED.exec(path) ?? []
  const found = id ? await findInteraction(volatileDb, { tenantId: exchange.tenant.tenantId, id }) : undefined
  const isHere = isSameBrowser(exchange.cookie('browser'), found?.transaction?.browserHash ?? '')
  return found?.transaction && isHere ? parseTransaction(found.transaction) : undefined
}

/** Back to the application, and not to the address that the request names: that may be what is wrong with it. */
const wayBackOf = (
  { oidc: { client } }: KoaContextWithOIDC,
  exchange: Exchange,
  { directory }: Pick<RenderServices, 'directory'>,
): Promise<WayOn> => findWayBack(exchange, directory, { application: client && { clientId: client.clientId } })

/** Creates what answers a request whose callback cannot be told that it is wrong. */
export const createShowProblem =
  (rendering: Pick<RenderServices, 'directory'>) =>
  async (context: KoaContextWithOIDC, message: string): Promise<void> => {
    const exchange = exchangeOf(context)
    const next = await wayBackOf(context, exchange, rendering)
    context.status = 400
    context.type = 'html'
    context.body = renderPage('error', exchange.tenant.name, { message, code: 'invalid_request', next })
  }

/** Creates the engine's `renderError`. */
export const createRenderError =
  (rendering: RenderServices): RenderError =>
  async (context, { error, error_description: description }, cause) => {
    const exchange = exchangeOf(context)
    const isGone = cause.name === 'SessionNotFound'
    const transaction = isGone ? await transactionOf(context, exchange, rendering) : undefined
    if (transaction) return renderLead(context, exchange, transaction, rendering)
    const next = await wayBackOf(context, exchange, rendering)
    const message = isGone ? EXPIRED.message : (description ?? 'The request cannot be served.')
    context.type = 'html'
    context.body = renderPage(
      'error',
      exchange.tenant.name,
      { message, code: isGone ? undefined : error, next },
      isGone ? EXPIRED.title : undefined,
    )
  }
