/** Logs how authorization requests end, and stores what an accepted one leads to. */

import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import type { LogFields, TenantLog } from '../../logs/record/log-event.ts'
import type { Db } from '../../store/database/database.ts'
import { DATABASE_CONNECTION, type Directory } from '../tenant/directory.ts'
import {
  type EventContext,
  loginFailed,
  loginSucceeded,
  pushRefused,
  silentLoginFailed,
  silentLoginSucceeded,
} from '../transaction/events.ts'
import { afterAuthorization, beforeAuthorization } from './authorization-writes.ts'
import { TOO_MANY_ATTEMPTS } from './client-secret-throttle.ts'
import { clientOf, exchangeOf, paramOf, userOf } from './engine-context.ts'
import { loginKindOf } from './interaction-policy.ts'

export interface EventServices {
  readonly db: Db
  readonly log: TenantLog
  readonly clock: Clock
  readonly directory: Directory
}

/** What an event in the engine is about; the user's connection is the one that users have. */
export const eventContextOf = async (
  context: KoaContextWithOIDC,
  { clock, directory }: EventServices,
  sessionId: string | undefined,
): Promise<EventContext> => {
  const exchange = exchangeOf(context)
  const user = userOf(context)
  const at = clock()
  const known = user && (await directory.connection(exchange.tenant.tenantId, DATABASE_CONNECTION))
  return {
    exchange,
    at,
    client: clientOf(context),
    user,
    connection: known?.id === user?.connectionId ? known : undefined,
    transaction: exchange.transaction,
    sessionId,
  }
}

/** The parts of the login that the hosted pages and the steps noted for the log. */
const notedPrompts = (context: KoaContextWithOIDC): JsonObject[] => {
  const { prompts } = context.oidc.result ?? {}
  const noted = Array.isArray(prompts) ? prompts.filter(isJsonObject).map(prompt => prompt as JsonObject) : [] // stored as JSON
  return [...noted, ...exchangeOf(context).plan.prompts]
}

const askedFields = (context: KoaContextWithOIDC): LogFields => {
  const [audience, scope] = [paramOf(context, 'audience'), paramOf(context, 'scope')]
  return { ...(audience ? { audience } : {}), ...(scope ? { scope } : {}) }
}

const logSuccess = async (
  context: KoaContextWithOIDC,
  events: EventServices,
  loginsCount: number | undefined,
): Promise<void> => {
  const { log } = events
  const eventContext = await eventContextOf(context, events, context.oidc.session?.uid)
  const { user } = eventContext
  if (!user) throw new TypeError('an authorization succeeded without a user')
  if (loginsCount === undefined) {
    await log.record(silentLoginSucceeded(eventContext))
    return
  }
  const bySession = loginKindOf(context) === 'session'
  await log.record(
    loginSucceeded({ ...eventContext, user }, { prompts: notedPrompts(context), loginsCount, bySession }),
  )
}

const logFailure = async (
  context: KoaContextWithOIDC,
  error: errors.OIDCProviderError,
  events: EventServices,
): Promise<void> => {
  // A request of no application is no login, nor is one that continues a login which has expired or went on.
  if (!context.oidc.client || error.name === 'SessionNotFound') return
  const eventContext = await eventContextOf(
    context,
    events,
    context.oidc.session?.accountId && context.oidc.session.uid,
  )
  const { refusalCode: code } = exchangeOf(context).plan
  const failing = { message: error.error_description ?? error.message, oauthError: error.error, code }
  const event = paramOf(context, 'prompt') === 'none' ? silentLoginFailed : loginFailed
  await events.log.record(event(eventContext, failing, askedFields(context)))
}

const logRefusedPush = async (
  context: KoaContextWithOIDC,
  error: errors.OIDCProviderError,
  events: EventServices,
): Promise<void> => {
  const failing = { message: error.error_description ?? error.message, oauthError: error.error }
  await events.log.record(pushRefused(await eventContextOf(context, events, undefined), failing, askedFields(context)))
}

/**
 * Everything here is awaited before the answer goes out. The grant is stored with the session, and an authorization is a
 * success when that was written.
 */
export const logAuthorizations = (provider: Provider, events: EventServices): void => {
  provider.on('authorization.accepted', context => {
    const { grant } = context.oidc
    if (grant) beforeAuthorization(exchangeOf(context), () => grant.save())
  })
  provider.on('authorization.success', context => {
    const exchange = exchangeOf(context)
    afterAuthorization(exchange, loginsCount => exchange.hold(logSuccess(context, events, loginsCount)))
  })
  provider.on('authorization.error', (context, error) => {
    exchangeOf(context).hold(logFailure(context, error, events))
  })
  provider.on('pushed_authorization_request.error', (context, error) => {
    // As at the token endpoint: a sender that is not listened to fills no log.
    if (!context.oidc.client || error.error === TOO_MANY_ATTEMPTS) return
    exchangeOf(context).hold(logRefusedPush(context, error, events))
  })
}
