/** Makes tokens and sessions what the steps of a login have decided. */

import { type AccessToken, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { SESSION_END } from '../../store/logins/authorization-store.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { emptyTokenPlan, isEmptyTokenPlan, type LoginPlan, type TokenPlan } from '../transaction/login-plan.ts'
import { exchangeOf, paramOf } from './engine-context.ts'
import { noteOrigin, ORIGIN } from './origin.ts'

/** Where a grant keeps the plan of its login, and a session the moment (in seconds) after which it is over. */
const PLAN = 'plan'
const NOT_AFTER = SESSION_END

/** What a grant keeps of its login. */
export const planOfGrant = (grant: object | undefined): TokenPlan | undefined =>
  // Written by `carryOutPlan` alone.
  grant && (Reflect.get(grant, PLAN) as TokenPlan | undefined)

/** Whether a remembered browser stood for the second factor in the login of a grant. */
export const isOfRememberedBrowser = (grant: object | undefined): boolean =>
  planOfGrant(grant)?.refreshToken.rememberedBrowser === true

/** Seconds since 1970 after which a session is over by an Action's wish. */
export const sessionNotAfter = (session: object): number | undefined => {
  const seconds: unknown = Reflect.get(session, NOT_AFTER)
  return typeof seconds === 'number' ? seconds : undefined
}

const toSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)

const earliest = (...moments: readonly (number | undefined)[]): number | undefined => {
  const known = moments.filter(moment => moment !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

/** When the session of this request is over by an Action's wish, in seconds since 1970: for good, or without use. */
export const plannedSessionEnd = (session: object, { plan }: Exchange): number | undefined =>
  earliest(sessionNotAfter(session), plan.session.idleExpiresAt && toSeconds(plan.session.idleExpiresAt))

/** When a refresh token that is issued now is over by an Action's wish, in seconds since 1970. */
export const plannedRefreshTokenEnd = ({ oidc, req }: KoaContextWithOIDC): number | undefined => {
  const { plan } = exchangeOf({ req })
  const kept = planOfGrant(oidc.entities.Grant)?.refreshToken
  const moment = earliest(
    kept?.expiresAt,
    // The login's idle time is for its first token; each exchange states its own.
    oidc.entities.AuthorizationCode ? kept?.idleExpiresAt : undefined,
    plan.tokens.refreshToken.expiresAt,
    plan.tokens.refreshToken.idleExpiresAt,
  )
  return moment && toSeconds(moment)
}

/** What the tokens that are issued now say: of a refresh, its own steps decide; of a code, those of its login did. */
const currentTokenPlan = (context: KoaContextWithOIDC): TokenPlan =>
  paramOf(context, 'grant_type') === 'refresh_token'
    ? exchangeOf(context).plan.tokens
    : (planOfGrant(context.oidc.entities.Grant) ?? emptyTokenPlan())

/** Carries out what was decided for an authorization request: its grant keeps what is for tokens. */
export const carryOutPlan = (context: KoaContextWithOIDC, plan: LoginPlan): void => {
  const { grant, session, requestParamOIDCScopes } = context.oidc
  if (grant && !isEmptyTokenPlan(plan.tokens)) Reflect.set(grant, PLAN, plan.tokens)
  // Only refresh tokens live long enough for an Action to ask.
  if (grant && requestParamOIDCScopes.has('offline_access')) noteOrigin(grant, exchangeOf(context))
  if (!session) return
  const { expiresAt, cookieMode, idleExpiresAt, authentication } = plan.session
  if (authentication) Object.assign(session, authentication)
  const end = earliest(sessionNotAfter(session), expiresAt && toSeconds(expiresAt))
  // The session is stored again only when something was decided about it: an assignment marks it as changed.
  if (end !== undefined && end !== sessionNotAfter(session)) Reflect.set(session, NOT_AFTER, end)
  if (cookieMode || idleExpiresAt) session.transient = cookieMode ? cookieMode === 'non-persistent' : session.transient
}

/** Carries out what was decided for a refresh: tokens that follow in its family know of its end too. */
export const carryOutRefreshPlan = (context: KoaContextWithOIDC, { tokens }: LoginPlan): void => {
  const grant = context.oidc.entities.Grant
  const { expiresAt } = tokens.refreshToken
  if (!grant || expiresAt === undefined) return
  const kept = planOfGrant(grant) ?? emptyTokenPlan()
  const end = earliest(kept.refreshToken.expiresAt, expiresAt)
  if (end === undefined || end === kept.refreshToken.expiresAt) return
  Reflect.set(grant, PLAN, { ...kept, refreshToken: { ...kept.refreshToken, expiresAt: end } })
  exchangeOf(context).hold(grant.save())
}

const planScope = (scope: string | undefined, { scopes }: TokenPlan, mayAdd: boolean): string | undefined => {
  const changes = Object.entries(scopes)
  if (changes.length === 0) return scope
  const now = new Set((scope ?? '').split(' ').filter(Boolean))
  for (const [name, change] of changes) {
    if (change === 'removed') now.delete(name)
    else if (mayAdd) now.add(name)
  }
  return [...now].join(' ')
}

/** The Management API trusts its own rules about who may do what there: Actions can take from them, not give. */
const isManagementApi = (aud: unknown, tenant: Tenant): boolean => aud === `${tenant.issuer}api/v2/`

/** Claims of an access token, for the engine to put beneath its own; those without a namespace not for our own API. */
export const accessTokenClaims = (
  context: KoaContextWithOIDC,
  token: { readonly kind: string; readonly aud?: unknown },
  tenant: Tenant,
): Record<string, unknown> | undefined => {
  if (token.kind !== 'AccessToken') return undefined
  const claims = Object.entries(currentTokenPlan(context).accessTokenClaims)
  const allowed = isManagementApi(token.aud, tenant) ? claims.filter(([name]) => name.includes('://')) : claims
  return allowed.length > 0 ? Object.fromEntries(allowed) : undefined
}

/** Makes a model of the engine keep one member more. */
export const alsoStored = (model: object, name: string): void => {
  const stored: unknown = Reflect.get(model, 'IN_PAYLOAD')
  if (!Array.isArray(stored)) throw new TypeError('the OIDC engine has other models than this was written for')
  Object.defineProperty(model, 'IN_PAYLOAD', { value: [...stored, name] })
}

/**
 * Teaches the engine's models what they do not know: a grant keeps the plan of its login, a session its end, both
 * where they began; an access token has the plan's scopes, an ID token its claims. The engine drops ID-token claims that it did not know at its
 * start, so they are added where the payload is complete, and beneath it: no Action replaces a claim of the protocol.
 */
export const teachModels = (provider: Provider, tenant: Tenant): void => {
  alsoStored(provider.Grant, PLAN)
  alsoStored(provider.Session, NOT_AFTER)
  for (const model of [provider.Grant, provider.Session]) alsoStored(model, ORIGIN)
  const { save } = provider.AccessToken.prototype
  provider.AccessToken.prototype.save = function (this: AccessToken): Promise<string> {
    const context = Provider.ctx
    if (context && this.accountId) {
      const scope = planScope(this.scope, currentTokenPlan(context), !isManagementApi(this.aud, tenant))
      if (scope !== undefined) this.scope = scope
    }
    return save.call(this)
  }
  const { payload } = provider.IdToken.prototype
  provider.IdToken.prototype.payload = async function (this: InstanceType<Provider['IdToken']>) {
    return { ...currentTokenPlan(this.ctx).idTokenClaims, ...(await payload.call(this)) }
  }
}
