/** The event of post-login. */

import type { TransactionMetadata } from '../../../actions/contract/contract.ts'
import type { JsonObject } from '../../../base/json.ts'
import type { SessionMethod } from '../../../store/logins/session-method-store.ts'
import type { ConnectionRecord } from '../../../store/tenants/connection-store.ts'
import type { AuthenticationMethod } from '../../../store/users/authentication-method-store.ts'
import { originOfRequest } from '../../engine/origin.ts'
import { toAuthenticationMethods } from '../../factors/authentication-context.ts'
import type { LoginFacts, Origin, RefreshTokenFacts, SessionFacts } from '../../pipeline/login-facts.ts'
import type { LoginUnderWay } from '../../pipeline/step.ts'
import type { Client } from '../../tenant/directory.ts'
import type { Exchange } from '../../transaction/exchange.ts'
import type { Place } from '../login-actions.ts'
import { clientPart, connectionPart, defined, experimentParts, isoTime, transactionPart, userPart } from './parts.ts'
import { type RequestFields, requestPart } from './request-part.ts'

export interface PostLoginInput {
  readonly login: LoginUnderWay
  readonly facts: LoginFacts
  readonly client: Client
  readonly connection: ConnectionRecord
  /** What the user has set up. */
  readonly enrolled: readonly AuthenticationMethod[]
  /** What was proved in the session after the first factor. */
  readonly methods: readonly SessionMethod[]
  readonly place: Place
  /** The request that brought the browser back; undefined when the login was not suspended. */
  readonly resumedBy: RequestFields | undefined
  readonly metadata: TransactionMetadata
}

const sessionPart = (session: SessionFacts, { login, facts }: PostLoginInput): JsonObject => {
  const { exchange, user } = login
  return {
    id: session.id,
    user_id: user.userId,
    created_at: isoTime(session.origin?.at ?? facts.authenticatedAt),
    authenticated_at: isoTime(facts.authenticatedAt),
    updated_at: isoTime(exchange.startedAt),
    last_interacted_at: isoTime(exchange.startedAt),
    expires_at: isoTime(session.expiresAt),
    idle_expires_at: isoTime(session.idleExpiresAt),
    clients: session.clientIds.map(client_id => ({ client_id })),
    cookie: { mode: session.cookieMode },
    device: devicePart(session.origin, exchange),
  }
}

/** The browser in which it began, and the one that asks now. */
const devicePart = (origin: Origin | undefined, exchange: Exchange): JsonObject => {
  const last = originOfRequest(exchange)
  return defined({
    initial_ip: origin?.ip,
    initial_user_agent: origin?.userAgent,
    last_ip: last.ip,
    last_user_agent: last.userAgent,
  })
}

const refreshTokenPart = (token: RefreshTokenFacts, { login, facts }: PostLoginInput): JsonObject =>
  defined({
    id: token.id,
    client_id: login.client.id,
    user_id: login.user.userId,
    session_id: token.sessionId,
    created_at: isoTime(token.createdAt),
    expires_at: isoTime(token.expiresAt),
    idle_expires_at: isoTime(token.idleExpiresAt),
    last_exchanged_at: token.lastExchangedAt === undefined ? undefined : isoTime(token.lastExchangedAt),
    device: devicePart(token.origin, login.exchange),
    rotating: true,
    resource_servers: facts.audience ? [{ audience: facts.audience, scopes: facts.scopes.join(' ') }] : [],
  })

/** The request as it came; a resumed login has the one that resumed it. */
const requestOf = ({ login, facts, resumedBy }: PostLoginInput): RequestFields =>
  resumedBy ?? {
    method: login.exchange.request.method ?? 'GET',
    query: login.kind === 'refresh' ? {} : facts.params,
    body: facts.body,
  }

/** The login that is under way counts, as far as it will be counted. */
const loginsCount = ({ kind, user }: LoginUnderWay): number =>
  user.loginsCount + (kind === 'interactive' || kind === 'session' ? 1 : 0)

/**
 * The event. What the tenant does not know is left out rather than guessed:
 *
 * - `request.asn`, `geoip` below the region, `security_context`: no table of networks or cities, no fingerprint of TLS;
 * - `authentication.riskAssessment`: nothing here assesses risks;
 * - `organization`, `custom_domain`, `client.refresh_token`, `user.identities[].profileData`, `prompt`, metadata of
 *   sessions and of refresh tokens: there are no organizations, domains beside the issuer's, policies of refresh tokens,
 *   identities of other providers, forms, or such metadata;
 * - `transaction.linking_id`, `requested_authorization_details`, `actor` and the types of exchanged tokens,
 *   `session.session_transfer`, `session_transfer_token`, `agent`: the protocols that they come from are not spoken;
 * - `session` of a refresh: it may be over, and nothing of it decides about the token.
 */
export const postLoginEvent = (input: PostLoginInput): JsonObject => {
  const { login, facts, client, connection, enrolled, methods, place, metadata } = input
  const { exchange, kind, user } = login
  const { transaction } = exchange
  const first = { amr: login.amr ?? [], at: facts.authenticatedAt }
  const isRefresh = kind === 'refresh'
  return {
    tenant: { id: exchange.tenant.tenantId },
    request: requestPart(exchange, place, requestOf(input)),
    client: clientPart(client),
    connection: connectionPart(connection),
    user: userPart(user, connection, enrolled, exchange.tenant.issuer),
    stats: { logins_count: loginsCount(login) },
    authentication: { methods: toAuthenticationMethods(first, methods) },
    authorization: { roles: [] },
    transaction: {
      ...transactionPart(facts.params, transaction),
      ...(isRefresh ? { protocol: 'oauth2-refresh-token' } : {}),
      requested_scopes: facts.scopes,
      metadata,
    },
    ...(facts.session ? { session: sessionPart(facts.session, input) } : {}),
    ...(facts.refreshToken ? { refresh_token: refreshTokenPart(facts.refreshToken, input) } : {}),
    ...(facts.audience ? { resource_server: { identifier: facts.audience } } : {}),
    // Assignments are made where a browser asks to log in. A refresh has no user to show a variation to: an Action that
    // sends its treatment to a page would end the treated users' refreshes, and theirs alone.
    ...experimentParts(isRefresh ? undefined : transaction),
  }
}
