/** The page `/callback`: where the first application's logins end until it has an address of its own. */

import { firstCharacters } from '../../base/characters.ts'
import type { Db } from '../../store/database/database.ts'
import { sendPage } from '../http/reply.ts'
import { readForm } from '../http/request-body.ts'
import type { HostedPage } from '../pages/hosted-page.ts'
import { renderPage } from '../pages/pages.ts'
import { startOverAddress } from '../pages/start-over.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { type FinishedLogin, loadFinishedLogin } from './finished-login.ts'

/** Characters: an error of any length in the address leaves the page a page. */
const MAX_DESCRIPTION = 300
const MAX_CODE = 64

/** Characters of claims that are shown; Actions can add more than a page should have. */
const MAX_CLAIMS = 6_000

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const showLogin = ({ response, tenant }: Exchange, { user, transaction, claims, events }: FinishedLogin): void => {
  const html = renderPage('callback', tenant.name, {
    account: user.email,
    start_over: startOverAddress(transaction.params),
    client_name: transaction.clientName,
    variations: transaction.assignments.map(({ variation_name, variation_id, experiment_id }) => ({
      name: variation_name,
      variation_id,
      experiment_id,
    })),
    events: events.map(event => ({ type: text(event.type), description: text(event.description), id: event.log_id })),
    claims: firstCharacters(JSON.stringify(claims, null, 2), MAX_CLAIMS),
    log_out: `/v2/logout?${new URLSearchParams({ client_id: transaction.clientId })}`,
  })
  sendPage(response, 200, html)
}

const OVER = 'A code lives for a minute, and for one browser. The time of this one is over.'
const NO_CODE = 'A login that ends here brings a code in its address. There is none.'
const TOLD = 'The application was told this:'

interface Problem {
  readonly message: string
  readonly code?: string
  readonly description?: string
}

const showProblem = ({ response, tenant }: Exchange, status: number, { message, code, description }: Problem): void =>
  sendPage(response, status, renderPage('callback-error', tenant.name, { message, code, description }))

/** Any stranger can write such an address, so what it says is shown as a quotation, cut and escaped. */
const showError = (exchange: Exchange, error: string, description: string): void =>
  showProblem(exchange, 200, {
    message: TOLD,
    code: firstCharacters(error, MAX_CODE),
    description: firstCharacters(description, MAX_DESCRIPTION),
  })

const answer = async (exchange: Exchange, services: { readonly db: Db }, fields: URLSearchParams): Promise<void> => {
  const [code, error] = [fields.get('code'), fields.get('error')]
  if (error !== null) return showError(exchange, error, fields.get('error_description') ?? '')
  if (code === null) return showProblem(exchange, 200, { message: NO_CODE })
  const login = await loadFinishedLogin(exchange, services, code, fields.get('state'))
  if (login) showLogin(exchange, login)
  else showProblem(exchange, 400, { message: OVER })
}

export const createCallbackPage = (services: { readonly db: Db }): HostedPage => ({
  get: exchange => answer(exchange, services, exchange.url.searchParams),
  /** With `response_mode=form_post`. Another site that posts here comes without the cookie of the browser. */
  post: async exchange => answer(exchange, services, await readForm(exchange.request)),
})
