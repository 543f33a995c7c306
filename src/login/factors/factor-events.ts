/** What second factors and passkeys leave in the tenant log. Codes, secrets and keys never do. */

import type { Json } from '../../base/json.ts'
import type { LogEvent } from '../../logs/record/log-event.ts'
import { type EventContext, event } from '../transaction/events.ts'

/** The authenticator that an event is about; an id only when it is the user's. */
export interface EventAuthenticator {
  /** A factor's name, or `passkey`. */
  readonly type: string
  readonly id?: string | undefined
  readonly name?: string | undefined
}

/** Why something failed. */
export interface FactorFailure {
  /** Such as `invalid_code`, or the name that a browser gives to its error. */
  readonly errorCode: string
  readonly message: string
}

type Query = Readonly<Record<string, string>>

const authenticatorOf = ({ id, type }: EventAuthenticator) => ({ authenticator: { id: id ?? null, type } })

const queryOf = (query: Query): { readonly request?: Json } =>
  Object.keys(query).length > 0 ? { request: { query } } : {}

/** The request, without its address' query, which holds the login's state. */
const requestOf = ({ exchange }: EventContext) => ({
  request: {
    ip: exchange.ip,
    method: exchange.request.method ?? '',
    path: exchange.url.pathname,
    userAgent: (exchange.userAgent ?? '').slice(0, 512),
  },
})

const failureOf = ({ errorCode, message }: FactorFailure) => ({ failure_details: { errorCode, message } })

export const factorStarted = (context: EventContext, authenticator: EventAuthenticator): LogEvent =>
  event('gd_start_auth', context, authenticatorOf(authenticator))

export const factorProved = (
  context: EventContext,
  authenticator: EventAuthenticator,
  rememberBrowser: boolean,
): LogEvent =>
  event(authenticator.type === 'recovery-code' ? 'gd_recovery_succeed' : 'gd_auth_succeed', context, {
    ...authenticatorOf(authenticator),
    remember_browser: rememberBrowser,
  })

export const codeRefused = (
  context: EventContext,
  authenticator: EventAuthenticator,
  failure: FactorFailure,
): LogEvent =>
  event(authenticator.type === 'recovery-code' ? 'gd_recovery_failed' : 'gd_auth_failed', context, {
    ...authenticatorOf(authenticator),
    ...requestOf(context),
    ...failureOf(failure),
  })

export const attemptsExceeded = (context: EventContext, authenticator: EventAuthenticator, until: Date): LogEvent =>
  event('gd_otp_rate_limit_exceed', context, {
    ...authenticatorOf(authenticator),
    ...failureOf({ errorCode: 'too_many_attempts', message: `No codes are taken until ${until.toISOString()}.` }),
  })

export const challengeFailed = (
  context: EventContext,
  authenticator: EventAuthenticator,
  failure: FactorFailure,
): LogEvent =>
  event('gd_webauthn_challenge_failed', context, { ...authenticatorOf(authenticator), ...failureOf(failure) })

export const enrollmentStarted = (
  context: EventContext,
  authenticator: EventAuthenticator,
  query: Query = {},
): LogEvent => event('gd_start_enroll', context, { ...authenticatorOf(authenticator), ...queryOf(query) })

export const enrollmentCompleted = (
  context: EventContext & { readonly user: { readonly userId: string } },
  authenticator: EventAuthenticator & { readonly id: string },
  query: Query = {},
): LogEvent =>
  event('gd_enrollment_complete', context, {
    ...authenticatorOf(authenticator),
    enrollment: {
      _id: authenticator.id,
      name: authenticator.name ?? '',
      tenant: context.exchange.tenant.tenantId,
      user_id: context.user.userId,
    },
    ...queryOf(query),
  })

export const enrollmentFailed = (
  context: EventContext,
  authenticator: EventAuthenticator,
  failure: FactorFailure,
  query: Query = {},
): LogEvent =>
  event('gd_webauthn_enrollment_failed', context, {
    ...authenticatorOf(authenticator),
    ...(authenticator.type === 'passkey' ? { authentication_methods: ['passkey'] } : {}),
    ...failureOf(failure),
    ...queryOf(query),
  })

/** Auth0 logs nothing here; an experiment needs to tell a prompt that was declined from one that was never shown. */
export const passkeyDeclined = (context: EventContext, choice: 'not_now' | 'never', query: Query): LogEvent =>
  event('passkey_enrollment_declined', context, { ...authenticatorOf({ type: 'passkey' }), choice, ...queryOf(query) })

/** Passkeys could not be offered to a user whom an Action had sent to create one. */
export const passkeysUnavailable = (context: EventContext, message: string): LogEvent =>
  event('w', context, { code: 'passkeys_unavailable', message }, { description: message })
