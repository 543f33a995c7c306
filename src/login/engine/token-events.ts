/** Logs what happens at `/oauth/token`. */

import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
import type { JsonObject } from '../../base/json.ts'
import { extendLoginTransaction } from '../../store/logins/login-transaction-store.ts'
import { executionDetails, tokensIssued, tokensRefused } from '../transaction/events.ts'
import { type EventContext, occasionOf } from './authorization-events.ts'
import { TOO_MANY_ATTEMPTS } from './client-secret-throttle.ts'
import { exchangeOf, paramOf } from './engine-context.ts'
import { LIFETIME } from './lifetimes.ts'

type Refused = 'feacft' | 'fertft' | 'feccft' | 'ferrt'

interface GrantEvents {
  readonly issued: 'seacft' | 'sertft' | 'seccft'
  readonly refused: Refused
}

/** Events by `grant_type`; a request with another one is refused before it concerns anybody. */
const EVENTS: Readonly<Record<string, GrantEvents>> = {
  authorization_code: { issued: 'seacft', refused: 'feacft' },
  refresh_token: { issued: 'sertft', refused: 'fertft' },
  client_credentials: { issued: 'seccft', refused: 'feccft' },
}

const grantEvents = (context: KoaContextWithOIDC): GrantEvents | undefined => {
  const type = paramOf(context, 'grant_type')
  return type !== undefined && Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined
}

/** The beginning of a secret, to recognise it by. */
const hint = (secret: string): string => `${secret.slice(0, 4)}XXXXX`

type Entities = KoaContextWithOIDC['oidc']['entities']

const sessionIdOf = ({ AuthorizationCode, RefreshToken }: Entities): string | undefined =>
  RefreshToken?.sid ?? AuthorizationCode?.sid

/** A rotated token's family is its grant; the counter says how often it was rotated. */
const familyDetails = ({ RefreshToken }: Entities): JsonObject =>
  RefreshToken ? { familyId: RefreshToken.grantId ?? '', tokenCounter: RefreshToken.rotations ?? 0 } : {}

const detailsOf = (context: KoaContextWithOIDC, events: GrantEvents): JsonObject => {
  const { entities } = context.oidc
  const code = paramOf(context, 'code')
  return {
    ...(events.issued === 'seacft' && code ? { code: hint(code) } : {}),
    ...(events.issued === 'sertft' ? { ...familyDetails(entities), ...executionDetails(exchangeOf(context)) } : {}),
  }
}

const logIssued = async (context: KoaContextWithOIDC, type: GrantEvents, events: EventContext): Promise<void> => {
  const { entities } = context.oidc
  const occasion = await occasionOf(context, events, sessionIdOf(entities))
  const token = entities.AccessToken ?? entities.ClientCredentials
  const audience = token && 'aud' in token && typeof token.aud === 'string' ? token.aud : undefined
  await events.deps.log.record(
    tokensIssued(type.issued, occasion, { audience, scope: token?.scope, details: detailsOf(context, type) }),
  )
}

/** A refresh token that was used before: the engine revokes its family and says so in the private half of its error. */
const isReuse = (error: errors.OIDCProviderError): boolean =>
  /refresh token already used|RefreshToken already consumed/.test(error.error_detail ?? '')

const refusedDetails = (
  context: KoaContextWithOIDC,
  type: GrantEvents,
  error: errors.OIDCProviderError,
): JsonObject => {
  const requested = paramOf(context, 'client_id')
  return {
    ...detailsOf(context, type),
    ...(requested && !context.oidc.client ? { requested_client_id: requested.slice(0, 128) } : {}),
    // What a step refuses is refused for another reason: the token is good.
    ...(type.refused === 'fertft' && error instanceof errors.InvalidGrant && !isReuse(error)
      ? { failure_reason: 'invalid_token' }
      : {}),
    ...(type.refused === 'feccft' && error.error === 'invalid_client'
      ? { client_authentication_error: error.error_detail ?? error.message }
      : {}),
  }
}

const logRefused = async (
  context: KoaContextWithOIDC,
  type: GrantEvents,
  error: errors.OIDCProviderError,
  events: EventContext,
): Promise<void> => {
  const occasion = await occasionOf(context, events, sessionIdOf(context.oidc.entities))
  const reused = type.refused === 'fertft' && isReuse(error)
  const details = refusedDetails(context, type, error)
  const { failure_reason: _, ...familyOnly } = details
  await events.deps.log.record(
    tokensRefused(
      reused ? 'ferrt' : type.refused,
      occasion,
      { message: error.error_description ?? error.message, oauthError: error.error },
      {
        audience: paramOf(context, 'audience'),
        scope: paramOf(context, 'scope'),
        details: reused ? familyOnly : details,
      },
    ),
  )
}

/** A transaction is kept for as long as its refresh token may be used, so that a refresh is still of its experiment. */
const keepTransaction = (context: KoaContextWithOIDC, { deps }: EventContext): void => {
  const { entities } = context.oidc
  const exchange = exchangeOf(context)
  const { transaction, tenant } = exchange
  if (!entities.RefreshToken || !transaction) return
  const until = new Date(deps.clock() + LIFETIME.refreshTokenIdle * 1000)
  exchange.hold(extendLoginTransaction(deps.db, tenant.tenantId, transaction.id, until))
}

export const logTokens = (provider: Provider, events: EventContext): void => {
  provider.on('grant.success', context => {
    const type = grantEvents(context)
    if (!type) return
    keepTransaction(context, events)
    exchangeOf(context).hold(logIssued(context, type, events))
  })
  provider.on('grant.error', (context, error) => {
    const type = grantEvents(context)
    // Who is not listened to does not fill the tenant's log either: the wrong secrets before are there.
    if (type && error.error !== TOO_MANY_ATTEMPTS) exchangeOf(context).hold(logRefused(context, type, error, events))
  })
}
