/** Logs what happens at `/oauth/token`. */

import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
import type { LogEvent } from '../../logs/record/log-event.ts'
import { extendLoginTransaction } from '../../store/logins/login-transaction-store.ts'
import {
  type EventContext,
  executionDetails,
  type Failing,
  tokensIssued,
  tokensRefused,
} from '../transaction/events.ts'
import { LIFETIME } from '../transaction/lifetime.ts'
import { type EventServices, eventContextOf } from './authorization-events.ts'
import { TOO_MANY_ATTEMPTS } from './client-secret-throttle.ts'
import { exchangeOf, paramOf } from './engine-context.ts'

type Failure = errors.OIDCProviderError

/** How the requests of a grant type are logged. */
interface GrantEvents {
  issued(context: KoaContextWithOIDC, eventContext: EventContext): LogEvent
  refused(context: KoaContextWithOIDC, eventContext: EventContext, error: Failure): LogEvent
}

/** The beginning of a secret, to recognise it by. */
const hint = (secret: string): string => `${secret.slice(0, 4)}XXXXX`

type Entities = KoaContextWithOIDC['oidc']['entities']

const sessionIdOf = ({ AuthorizationCode, RefreshToken }: Entities): string | undefined =>
  RefreshToken?.sid ?? AuthorizationCode?.sid

/** A rotated token's family is its grant; the counter says how often it was rotated. */
const familyDetails = ({ RefreshToken }: Entities): { readonly familyId?: string; readonly tokenCounter?: number } =>
  RefreshToken ? { familyId: RefreshToken.grantId ?? '', tokenCounter: RefreshToken.rotations ?? 0 } : {}

const codeDetails = (context: KoaContextWithOIDC): { readonly code?: string } => {
  const code = paramOf(context, 'code')
  return code ? { code: hint(code) } : {}
}

const refreshDetails = (context: KoaContextWithOIDC) => ({
  ...familyDetails(context.oidc.entities),
  ...executionDetails(exchangeOf(context)),
})

/** The client that a request named and that does not exist, or did not show that it is it. */
const namedClient = (context: KoaContextWithOIDC): { readonly requested_client_id?: string } => {
  const requested = paramOf(context, 'client_id')
  return requested && !context.oidc.client ? { requested_client_id: requested.slice(0, 128) } : {}
}

/** A refresh token that was used before: the engine revokes its family and says so in the private half of its error. */
const isReuse = (error: Failure): boolean =>
  /refresh token already used|RefreshToken already consumed/.test(error.error_detail ?? '')

/** What was issued, as its token says. */
const given = (context: KoaContextWithOIDC) => {
  const { AccessToken, ClientCredentials } = context.oidc.entities
  const token = AccessToken ?? ClientCredentials
  return {
    audience: token && 'aud' in token && typeof token.aud === 'string' ? token.aud : undefined,
    scope: token?.scope,
  }
}

const asked = (context: KoaContextWithOIDC) => ({
  audience: paramOf(context, 'audience'),
  scope: paramOf(context, 'scope'),
})

const toFailing = (error: Failure): Failing => ({
  message: error.error_description ?? error.message,
  oauthError: error.error,
})

/** Events by `grant_type`; a request with another one is refused before it concerns a tenant. */
const EVENTS: Readonly<Record<string, GrantEvents>> = {
  authorization_code: {
    issued: (context, eventContext) =>
      tokensIssued('seacft', eventContext, { ...given(context), details: codeDetails(context) }),
    refused: (context, eventContext, error) =>
      tokensRefused('feacft', eventContext, toFailing(error), {
        ...asked(context),
        details: { ...codeDetails(context), ...namedClient(context) },
      }),
  },
  refresh_token: {
    issued: (context, eventContext) =>
      tokensIssued('sertft', eventContext, { ...given(context), details: refreshDetails(context) }),
    refused(context, eventContext, error) {
      const failing = toFailing(error)
      const details = refreshDetails(context)
      if (isReuse(error)) return tokensRefused('ferrt', eventContext, failing, { ...asked(context), details })
      // What a step refuses is refused for another reason: the token is good.
      const reason = error instanceof errors.InvalidGrant ? { failure_reason: 'invalid_token' } : {}
      return tokensRefused('fertft', eventContext, failing, {
        ...asked(context),
        details: { ...details, ...namedClient(context), ...reason },
      })
    },
  },
  client_credentials: {
    issued: (context, eventContext) => tokensIssued('seccft', eventContext, { ...given(context), details: {} }),
    refused: (context, eventContext, error) =>
      tokensRefused('feccft', eventContext, toFailing(error), {
        ...asked(context),
        details: {
          ...namedClient(context),
          ...(error.error === 'invalid_client'
            ? { client_authentication_error: error.error_detail ?? error.message }
            : {}),
        },
      }),
  },
}

const grantEvents = (context: KoaContextWithOIDC): GrantEvents | undefined => {
  const type = paramOf(context, 'grant_type')
  return type !== undefined && Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined
}

const eventContextAt = (context: KoaContextWithOIDC, events: EventServices): Promise<EventContext> =>
  eventContextOf(context, events, sessionIdOf(context.oidc.entities))

const logIssued = async (context: KoaContextWithOIDC, grant: GrantEvents, events: EventServices): Promise<void> => {
  await events.log.record(grant.issued(context, await eventContextAt(context, events)))
}

const logRefused = async (
  context: KoaContextWithOIDC,
  grant: GrantEvents,
  error: Failure,
  events: EventServices,
): Promise<void> => {
  await events.log.record(grant.refused(context, await eventContextAt(context, events), error))
}

/** A transaction is kept for as long as its refresh token may be used, so that a refresh is still of its experiment. */
const keepTransaction = (context: KoaContextWithOIDC, { db, clock }: EventServices): void => {
  const { entities } = context.oidc
  const exchange = exchangeOf(context)
  const { transaction, tenant } = exchange
  if (!entities.RefreshToken || !transaction) return
  const until = new Date(clock() + LIFETIME.refreshTokenIdle * 1000)
  exchange.hold(extendLoginTransaction(db, tenant.tenantId, transaction.id, until))
}

export const logTokens = (provider: Provider, events: EventServices): void => {
  provider.on('grant.success', context => {
    const grant = grantEvents(context)
    if (!grant) return
    keepTransaction(context, events)
    exchangeOf(context).hold(logIssued(context, grant, events))
  })
  provider.on('grant.error', (context, error) => {
    const grant = grantEvents(context)
    // A sender that is not listened to does not fill the tenant's log either: the wrong secrets before are there.
    if (grant && error.error !== TOO_MANY_ATTEMPTS) exchangeOf(context).hold(logRefused(context, grant, error, events))
  })
}
