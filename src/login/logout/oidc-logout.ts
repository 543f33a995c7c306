/** `/oidc/logout`: OpenID Connect RP-Initiated Logout 1.0. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { Provider } from 'oidc-provider'
import type { Client } from '../directory.ts'
import type { Exchange } from '../exchange.ts'
import type { PageContext } from '../hosted/hosted-page.ts'
import { PageRefusal } from '../http/failure.ts'
import { sendPage, sendRedirect } from '../http/reply.ts'
import { readForm } from '../http/request-body.ts'
import { loadSession } from '../oidc/engine-request.ts'
import { renderPage } from '../pages/pages.ts'
import { endSession, recordRefusedLogout } from './end-session.ts'
import { isAllowedReturn } from './return-address.ts'

const PARAMETERS = ['id_token_hint', 'logout_hint', 'client_id', 'post_logout_redirect_uri', 'state'] as const

type Parameters = { readonly [Name in (typeof PARAMETERS)[number]]?: string }

interface LogoutRequest {
  readonly params: Parameters
  readonly client: Client | undefined
  /** Who the application says is logged in; undefined without a valid ID token. */
  readonly hintedSubject: string | undefined
}

const refuse = (message: string): PageRefusal =>
  new PageRefusal({ status: 400, code: 'invalid_request', title: 'Something went wrong', message })

const readParameters = (fields: URLSearchParams): Parameters =>
  Object.fromEntries(PARAMETERS.flatMap(name => (fields.get(name) ? [[name, fields.get(name) ?? '']] : [])))

/** The claims of an ID token before it is verified: which client it is for. */
const claimedClient = (token: string): string | undefined => {
  try {
    const { aud } = decodeJwt(token)
    return typeof aud === 'string' ? aud : undefined
  } catch {
    return undefined
  }
}

/** The subject of an ID token that this tenant issued to the client, expired or not. @throws PageRefusal */
const hintedSubject = async (provider: Provider, token: string, clientId: string): Promise<string> => {
  const client = await provider.Client.find(clientId)
  if (!client) throw refuse('The id_token_hint is for an application that does not exist.')
  try {
    const { payload } = await provider.IdToken.validate(token, client)
    return String(payload.sub)
  } catch {
    throw refuse('The id_token_hint is not valid.')
  }
}

const readRequest = async (
  exchange: Exchange,
  { directory, provider }: PageContext,
  params: Parameters,
): Promise<LogoutRequest> => {
  const { id_token_hint: hint, client_id: named } = params
  const hinted = hint && claimedClient(hint)
  if (hint && !hinted) throw refuse('The id_token_hint is not valid.')
  if (hinted && named && hinted !== named) throw refuse('The client_id is not the one of the id_token_hint.')
  const clientId = hinted || named
  const client = clientId ? await directory.client(exchange.tenant.tenantId, clientId) : undefined
  if (clientId && !client) throw refuse('The application that asked for the logout does not exist.')
  const subject = hint && hinted ? await hintedSubject(provider, hint, hinted) : undefined
  return { params, client, hintedSubject: subject }
}

/** Proves that the confirmation page of this very session was shown. */
const confirmationOf = ({ keys }: Exchange, sessionUid: string): string =>
  createHmac('sha256', keys.deviceCookie).update(`logout ${sessionUid}`).digest('base64url')

const isConfirmation = (given: string | null, expected: string): boolean =>
  given !== null && given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))

/** Where to go in the end, with the application's `state`. */
const destinationOf = ({ post_logout_redirect_uri: address, state }: Parameters): string | undefined => {
  if (!address) return undefined
  const url = new URL(address)
  if (state !== undefined) url.searchParams.set('state', state)
  return url.href
}

/**
 * The person is asked, unless the application shows by an ID token, or by the session's id, that it knows who is logged
 * in: then the wish is the application's to express (RP-Initiated Logout section 2).
 */
export const oidcLogout = async (exchange: Exchange, context: PageContext): Promise<void> => {
  const form = exchange.request.method === 'POST' ? await readForm(exchange.request) : undefined
  const fields = new URLSearchParams([...exchange.url.searchParams, ...(form ?? [])])
  const request = await readRequest(exchange, context, readParameters(fields))
  const { params, client } = request
  const allowed = client ? client.allowedLogoutUrls : exchange.tenant.allowedLogoutUrls
  const logout = { ...context, client: client && { id: client.clientId, name: client.name } }
  const details = { protocol: 'oidc', allowed_logout_url: allowed, return_to: params.post_logout_redirect_uri ?? '' }
  if (params.post_logout_redirect_uri && !isAllowedReturn(params.post_logout_redirect_uri, allowed)) {
    const message = 'The post_logout_redirect_uri is not among the Allowed Logout URLs.'
    await recordRefusedLogout(exchange, logout, { message }, details)
    throw refuse(message)
  }
  const session = await loadSession(exchange, context.provider)
  const confirmation = confirmationOf(exchange, session.uid)
  const known =
    session.accountId === undefined ||
    session.accountId === request.hintedSubject ||
    session.uid === params.logout_hint ||
    isConfirmation(form?.get('confirmation') ?? null, confirmation)
  if (!known) {
    const action = `/oidc/logout${exchange.url.search}`
    const html = renderPage('logout', exchange.tenant.name, { action, confirmation })
    sendPage(exchange.response, 200, html, { redirectUri: params.post_logout_redirect_uri })
    return
  }
  await endSession(exchange, logout, details)
  const destination = destinationOf(params)
  if (destination) sendRedirect(exchange.response, destination)
  else sendPage(exchange.response, 200, renderPage('logged-out', exchange.tenant.name, {}))
}
