/** `/userinfo` for access tokens that are JWTs; the OIDC engine knows opaque ones only. */

import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Clock } from '../../base/clock.ts'
import { checkBinding, DPOP_ALGORITHMS } from '../../base/dpop-proof.ts'
import type { Db } from '../../store/database/database.ts'
import { findUser } from '../../store/users/user-store.ts'
import { userinfoAudience } from '../engine/audience.ts'
import { claimsOfScopes } from '../engine/claims.ts'
import { useProofOnce } from '../engine/sender-constraint.ts'
import { sendJson } from '../http/reply.ts'
import { type EngineBody, FORM } from '../http/request-body.ts'
import { isOriginOfCallback } from '../http/web-origin.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'

const AUTHORIZATION = /^(Bearer|DPoP) +(\S+)$/i
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
    ...(authorization === undefined ? [] : [AUTHORIZATION.exec(authorization)?.[2] ?? '']),
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
const refuse = (
  exchange: Exchange,
  status: 401 | 403,
  error: string,
  description: string,
  scheme: 'Bearer' | 'DPoP' = 'Bearer',
): void => {
  const algorithms = scheme === 'DPoP' ? `, algs="${DPOP_ALGORITHMS.join(' ')}"` : ''
  const challenge = `${scheme} realm="${exchange.tenant.issuer}", error="${error}", error_description="${description}"${algorithms}`
  const open = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'WWW-Authenticate' }
  sendJson(
    exchange.response,
    status,
    { error, error_description: description },
    { 'WWW-Authenticate': challenge, ...open },
  )
}

/** What is wrong with how the token is presented, when it is bound to a key or is presented as if it were. */
const bindingProblem = async (
  exchange: Exchange,
  token: string,
  { cnf: confirmation, azp }: JWTPayload,
  proofs: { readonly volatileDb: Db; readonly clock: Clock },
): Promise<string | undefined> => {
  const { request, url, tenant } = exchange
  const binding = await checkBinding({
    scheme: AUTHORIZATION.exec(exchange.header('authorization') ?? '')?.[1] ?? '',
    token,
    proof: exchange.header('dpop'),
    confirmation,
    method: request.method ?? '',
    url: new URL(url.pathname, tenant.issuer).href,
    now: proofs.clock(),
  })
  if (binding?.kind === 'refused') return binding.problem
  if (!binding) return undefined
  const isFirst = await useProofOnce(exchange, proofs, { clientId: text(azp), jti: binding.jti })
  return isFirst ? undefined : 'the DPoP proof was used before'
}

/** Answers with the claims that the token's scopes allow. */
export const serveUserinfo = async (
  exchange: Exchange,
  token: string,
  services: { readonly db: Db; readonly volatileDb: Db; readonly clock: Clock },
  directory: Directory,
): Promise<void> => {
  const payload = await verify(exchange, token, services.clock())
  if (!payload) return refuse(exchange, 401, 'invalid_token', 'invalid token provided')
  const problem = await bindingProblem(exchange, token, payload, services)
  if (problem) return refuse(exchange, 401, 'invalid_token', problem, 'DPoP')
  const scopes = text(payload.scope).split(' ')
  if (!scopes.includes('openid'))
    return refuse(exchange, 403, 'insufficient_scope', 'access token missing openid scope')
  const user = await findUser(services.db, exchange.tenant.tenantId, text(payload.sub))
  if (!user || user.blocked) return refuse(exchange, 401, 'invalid_token', 'invalid token provided')
  const headers = await corsHeaders(exchange, directory, text(payload.azp))
  sendJson(exchange.response, 200, claimsOfScopes(user, scopes, exchange.tenant.issuer), headers)
}
