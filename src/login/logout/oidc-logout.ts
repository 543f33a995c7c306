/** `/oidc/logout`: OpenID Connect RP-Initiated Logout 1.0. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { Provider } from 'oidc-provider'
import { findUser } from '../../store/users/user-store.ts'
import { loadSession } from '../engine/engine-request.ts'
import { PageRefusal } from '../http/failure.ts'
import { sendPage, sendRedirect } from '../http/reply.ts'
import { readForm } from '../http/request-body.ts'
import { renderPage } from '../pages/pages.ts'
import type { Client } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { endSession, recordRefusedLogout } from './end-session.ts'
import type { LogoutServices } from './logout-services.ts'
import { isAllowedReturn } from './return-address.ts'
import { showLoggedOut } from './show-logged-out.ts'

const PARAMETERS = ['id_token_hint', 'logout_hint', 'client_id', 'post_logout_redirect_uri', 'state'] as const

type Session = Awaited<ReturnType<typeof loadSession>>

type Parameters = { readonly [Name in (typeof PARAMETERS)[number]]?: string }

interface LogoutRequest {
  readonly params: Parameters
  readonly client: Client | undefined
  /** Who the application says is logged in, and in which session; undefined without a valid ID token. */
  readonly hinted: HintedLogin | undefined
}

interface HintedLogin {
  readonly subject: string
  readonly sessionId: string | undefined
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

/** What an ID token says that this tenant issued to the client, expired or not. @throws PageRefusal */
const hintedLogin = async (provider: Provider, token: string, clientId: string): Promise<HintedLogin> => {
  const client = await provider.Client.find(clientId)
  if (!client) throw refuse('The id_token_hint is for an application that does not exist.')
  try {
    const { payload } = await provider.IdToken.validate(token, client)
    return { subject: String(payload.sub), sessionId: typeof payload.sid === 'string' ? payload.sid : undefined }
  } catch {
    throw refuse('The id_token_hint is not valid.')
  }
}

const readRequest = async (
  exchange: Exchange,
  { directory, engineOf }: LogoutServices,
  params: Parameters,
): Promise<LogoutRequest> => {
  const { id_token_hint: hint, client_id: named, logout_hint: session } = params
  const claimed = hint && claimedClient(hint)
  if (hint && !claimed) throw refuse('The id_token_hint is not valid.')
  if (claimed && named && claimed !== named) throw refuse('The client_id is not the one of the id_token_hint.')
  const clientId = claimed || named
  const client = clientId ? await directory.client(exchange.tenant.tenantId, clientId) : undefined
  if (clientId && !client) throw refuse('The application that asked for the logout does not exist.')
  const hinted = hint && claimed ? await hintedLogin(engineOf(exchange), hint, claimed) : undefined
  if (session && hinted?.sessionId && session !== hinted.sessionId) {
    throw refuse('The logout_hint is not the session of the id_token_hint.')
  }
  return { params, client, hinted }
}

/**
 * True when a hint is about this very session. One of an earlier session of the same user does not end the present one
 * unasked: the application may be far behind, and any owner of an old ID token could log the person out with a link.
 */
const isHinted = ({ params, hinted }: LogoutRequest, { accountId, uid }: Session): boolean => {
  if (!hinted) return uid === params.logout_hint
  return accountId === hinted.subject && (hinted.sessionId === undefined || hinted.sessionId === uid)
}

/** Proves that the confirmation page of this very session was shown. */
const confirmationOf = ({ keys }: Exchange, sessionUid: string): string =>
  createHmac('sha256', keys.deviceCookie).update(`logout ${sessionUid}`).digest('base64url')

/** Lengths are compared in bytes: a text of as many characters may have more of them. */
const isConfirmation = (given: string | null, expected: string): boolean => {
  const [sent, right] = [Buffer.from(given ?? ''), Buffer.from(expected)]
  return sent.length === right.length && timingSafeEqual(sent, right)
}

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
export const oidcLogout = async (exchange: Exchange, services: LogoutServices): Promise<void> => {
  const form = exchange.request.method === 'POST' ? await readForm(exchange.request) : undefined
  const fields = new URLSearchParams([...exchange.url.searchParams, ...(form ?? [])])
  const request = await readRequest(exchange, services, readParameters(fields))
  const { params, client } = request
  const allowed = client ? client.allowedLogoutUrls : exchange.tenant.allowedLogoutUrls
  const logout = { services, client: client && { id: client.clientId, name: client.name } }
  const details = { protocol: 'oidc', allowed_logout_url: allowed, return_to: params.post_logout_redirect_uri ?? '' }
  if (params.post_logout_redirect_uri && !isAllowedReturn(params.post_logout_redirect_uri, allowed, 'listed')) {
    const message = 'The post_logout_redirect_uri is not among the Allowed Logout URLs.'
    await recordRefusedLogout(exchange, logout, { message }, details)
    throw refuse(message)
  }
  const session = await loadSession(exchange, services.engineOf(exchange))
  const confirmation = confirmationOf(exchange, session.uid)
  const known =
    session.accountId === undefined ||
    isHinted(request, session) ||
    isConfirmation(form?.get('confirmation') ?? null, confirmation)
  if (!known) {
    const user = await findUser(services.db, exchange.tenant.tenantId, session.accountId ?? '')
    const html = renderPage('logout', exchange.tenant.name, {
      // Also what came in the body of a POST: the form must lead where the application wanted it to.
      fields: Object.entries({ ...params, confirmation }).map(([name, value]) => ({ name, value })),
      account: user?.email,
    })
    sendPage(exchange.response, 200, html, { redirectUri: params.post_logout_redirect_uri })
    return
  }
  await endSession(exchange, logout, details)
  const destination = destinationOf(params)
  if (destination) sendRedirect(exchange.response, destination)
  else await showLoggedOut(exchange, services.directory, client)
}
