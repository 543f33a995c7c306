/** `/userinfo` for access tokens that are JWTs; the OIDC engine knows opaque ones only. */

import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { findUser } from '../store/user-store.ts'
import type { Directory } from './directory.ts'
import type { Exchange } from './exchange.ts'
import { sendJson } from './http/reply.ts'
import { type EngineBody, FORM } from './http/request-body.ts'
import { isOriginOfCallback } from './http/web-origin.ts'
import type { LoginDeps } from './login-deps.ts'
import { userinfoAudience } from './oidc/audience.ts'
import { claimsOfScopes } from './oidc/claims.ts'

const BEARER = /^Bearer +(\S+)$/i
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * The token of a request when it is a JWT: in the header, in a form, or in the address, where Passport's strategies and
 * older OAuth libraries put it (RFC 6750 section 2). Undefined for an opaque token, none or several, which the engine
 * deals with.
 */
export const presentedJwt = (exchange: Exchange, form: EngineBody | undefined): string | undefined => {
  const authorization = exchange.header('authorization')
  const inForm = form?.contentType === FORM ? new URLSearchParams(form.body.toString()).getAll('access_token') : []
  const presented = [
    ...(authorization === undefined ? [] : [BEARER.exec(authorization)?.[1] ?? '']),
    ...exchange.url.searchParams.getAll('access_token'),
    ...inForm,
  ]
  const [token = '', ...others] = presented
  return others.length === 0 && JWT.test(token) ? token : undefined
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const verify = async (exchange: Exchange, token: string, now: number): Promise<JWTPayload | undefined> => {
  const { tenant, keys } = exchange
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [...keys.verification] }), {
      algorithms: ['RS256'],
      issuer: tenant.issuer,
      audience: userinfoAudience(tenant),
      requiredClaims: ['exp', 'sub', 'azp'],
      currentDate: new Date(now),
    })
    return payload
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

/** Lets a single-page application read the answer from the origins of its own callbacks. */
const corsHeaders = async (
  exchange: Exchange,
  directory: Directory,
  clientId: string,
): Promise<Record<string, string>> => {
  const origin = exchange.header('origin')
  if (!origin) return {}
  const client = await directory.client(exchange.tenant.tenantId, clientId)
  const allowed = isOriginOfCallback(client?.callbacks ?? [], origin)
  return { Vary: 'Origin', ...(allowed ? { 'Access-Control-Allow-Origin': origin } : {}) }
}

/** An error as RFC 6750 section 3.1 wants it. */
const refuse = (exchange: Exchange, status: 401 | 403, error: string, description: string): void => {
  const challenge = `Bearer realm="${exchange.tenant.issuer}", error="${error}", error_description="${description}"`
  const open = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'WWW-Authenticate' }
  sendJson(
    exchange.response,
    status,
    { error, error_description: description },
    { 'WWW-Authenticate': challenge, ...open },
  )
}

/** Answers with the claims that the token's scopes allow. */
export const serveUserinfo = async (
  exchange: Exchange,
  token: string,
  { db, clock }: Pick<LoginDeps, 'db' | 'clock'>,
  directory: Directory,
): Promise<void> => {
  const payload = await verify(exchange, token, clock())
  if (!payload) return refuse(exchange, 401, 'invalid_token', 'invalid token provided')
  const scopes = text(payload.scope).split(' ')
  if (!scopes.includes('openid'))
    return refuse(exchange, 403, 'insufficient_scope', 'access token missing openid scope')
  const user = await findUser(db, exchange.tenant.tenantId, text(payload.sub))
  if (!user || user.blocked) return refuse(exchange, 401, 'invalid_token', 'invalid token provided')
  const headers = await corsHeaders(exchange, directory, text(payload.azp))
  sendJson(exchange.response, 200, claimsOfScopes(user, scopes, exchange.tenant.issuer), headers)
}
