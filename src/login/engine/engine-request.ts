/** Hands a request to the OIDC engine. */

import type { IncomingMessage } from 'node:http'
import { parse, stringify } from 'node:querystring'
import type { Provider } from 'oidc-provider'
import { type EngineBody, readEngineBody, withoutNul } from '../http/request-body.ts'
import { isSilentRequest, withSilentSession } from '../http/silent-cookie.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { normalizeAuthorizeQuery } from './authorize-parameters.ts'
import { attachExchange, endExchange } from './engine-context.ts'
import { ROUTES } from './engine-routes.ts'

/** Headers by which a sender could choose the addresses in the engine's answers; the issuer decides them instead. */
const forwardingHeaders = ({ tenant, ip }: Exchange): Record<string, string> => {
  const { host, protocol } = new URL(tenant.issuer)
  return { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol.replace(':', ''), 'x-forwarded-for': ip }
}

/** Makes the engine read `body` instead of the stream, which has been read to its end. */
const bodyProperties = ({ body }: EngineBody): PropertyDescriptorMap => ({
  readable: { value: true },
  readableEncoding: { value: null },
  iterator: {
    value: async function* () {
      if (body.length > 0) yield body
    },
  },
})

const bodyHeaders = ({ body, contentType }: EngineBody): Record<string, string | undefined> => ({
  'content-length': String(body.length),
  'content-type': contentType,
  'transfer-encoding': undefined,
})

const withoutUndefined = (headers: Record<string, string | string[] | undefined>): NodeJS.Dict<string | string[]> =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))

/** A silent login may run in a frame of another site. */
const isSilent = ({ url }: Exchange): boolean =>
  url.pathname === ROUTES.authorization && isSilentRequest(url.searchParams)

/** The request as the engine sees it: everything of the real one, but for its headers and its body. */
const toEngineRequest = (exchange: Exchange, body: EngineBody | undefined): IncomingMessage => {
  const { request } = exchange
  const headers = withoutUndefined({
    ...request.headers,
    ...(isSilent(exchange) ? { cookie: withSilentSession(request, exchange.secure) } : {}),
    ...forwardingHeaders(exchange),
    // The engine takes an empty proof for none, and the client would get a token that is bound to nothing.
    ...(request.headers.dpop === '' ? { dpop: 'empty' } : {}),
    ...(body ? bodyHeaders(body) : {}),
  })
  // Inherits what it does not define, so it is what its type says.
  const engineRequest: IncomingMessage = Object.create(request, {
    headers: { value: headers },
    ...(body ? bodyProperties(body) : {}),
  })
  attachExchange(engineRequest, exchange)
  return engineRequest
}

type Listener = ReturnType<Provider['callback']>

/** Each engine's listener, put together once. */
const listeners = new WeakMap<Provider, Listener>()

const listenerOf = (provider: Provider): Listener => {
  const listener = listeners.get(provider) ?? provider.callback()
  listeners.set(provider, listener)
  return listener
}

/**
 * A token request whose audience stands in the address: OAuth libraries that cannot add a field to the form leave no
 * other place. It is the only parameter that counts there; credentials do not (RFC 6749 section 2.3.1).
 */
const withAudience = (form: URLSearchParams, { url }: Exchange): URLSearchParams => {
  const audience = url.searchParams.get('audience')
  if (audience && !form.has('audience')) form.set('audience', withoutNul(audience))
  return form
}

/** A pushed authorization request, which is what a query of `/authorize` is. */
const asAuthorizeQuery = (form: URLSearchParams): URLSearchParams =>
  new URLSearchParams(stringify(normalizeAuthorizeQuery(parse(form.toString()))))

/** What is changed in the forms of an address before the engine reads them. */
const AMENDMENTS: Readonly<Record<string, (form: URLSearchParams, exchange: Exchange) => URLSearchParams>> = {
  [ROUTES.token]: withAudience,
  [ROUTES.pushed_authorization_request]: asAuthorizeQuery,
}

/** The body of a POST as the engine gets it. @throws BodyError for a body that cannot be read */
export const readAmendedBody = async (exchange: Exchange): Promise<EngineBody | undefined> => {
  const { request, url } = exchange
  if (request.method !== 'POST') return undefined
  const amend = AMENDMENTS[url.pathname]
  return readEngineBody(request, form => amend?.(form, exchange) ?? form)
}

/** Hands a request to the engine whose body has been read. */
export const passOn = (exchange: Exchange, provider: Provider, body: EngineBody | undefined): Promise<void> =>
  listenerOf(provider)(toEngineRequest(exchange, body), exchange.response).finally(() => endExchange(exchange))

/** Serves a request of one of the engine's addresses. @throws BodyError for a body that cannot be read */
export const serveEngine = async (exchange: Exchange, provider: Provider): Promise<void> =>
  passOn(exchange, provider, await readAmendedBody(exchange))

type Session = Awaited<ReturnType<Provider['Session']['get']>>

/** The single sign-on session of the exchange's browser; one without an account when no user is logged in. */
export const loadSession = (exchange: Exchange, provider: Provider): Promise<Session> =>
  provider.Session.get(provider.createContext(toEngineRequest(exchange, undefined), exchange.response))
