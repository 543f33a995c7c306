/** Verifies the token of a request: RS256, signed by this tenant, for this API, and with a proof of the key that it is bound to. */

import { createHash } from 'node:crypto'
import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { checkBinding, PROOF_LIFETIME_MS, type PresentedToken } from '../../base/dpop-proof.ts'
import { apiError } from '../../model/error-codes.ts'
import { useProof } from '../../store/logins/used-challenge-store.ts'
import type { Caller } from './api-context.ts'
import type { ManagementApiDeps, TenantContext } from './api-deps.ts'

/** The audience of the Management API's tokens. */
const audienceOf = (tenant: TenantContext): string => `${tenant.issuer}api/v2/`

/** What the caller reads of a token that does not verify, by jose's code or by the claim that failed. */
const MESSAGE: Readonly<Record<string, string>> = {
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'Invalid signature received for JSON Web Token validation',
  ERR_JWKS_NO_MATCHING_KEY: 'Invalid signature received for JSON Web Token validation',
  ERR_JOSE_ALG_NOT_ALLOWED: 'Invalid token: the algorithm must be RS256',
  ERR_JWT_EXPIRED: 'Expired token received for JSON Web Token validation',
  iss: 'Invalid token: wrong issuer',
  aud: 'Invalid token: wrong audience',
  exp: 'Invalid token: no expiry',
  nbf: 'Invalid token: not valid yet',
}

const MALFORMED = 'Invalid token: malformed'

const toFailure = (error: unknown): unknown => {
  if (!(error instanceof errors.JOSEError)) return error
  const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : ''
  return apiError('invalid_token', MESSAGE[claim] ?? MESSAGE[error.code] ?? MALFORMED, { cause: error })
}

const toCaller = (claims: JWTPayload): Caller => {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    subject: text(claims.sub),
    clientId: text(claims.azp ?? claims.client_id),
    scopes: text(claims.scope).split(' ').filter(Boolean),
  }
}

/** How long a verified token is trusted without being verified again: the delay with which a removed key bites. */
const TRUST_MS = 60_000
const MAX_TRUSTED = 1_000

/** Seconds by which the clocks of two servers may differ. */
const CLOCK_TOLERANCE_S = 5

interface Trusted {
  readonly caller: Caller
  /** The key that the token is bound to; undefined for a bearer token. */
  readonly confirmation: unknown
  readonly until: number
}

/** As the wire's messages are written. */
const sentence = (problem: string): string => `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`

/** A caller whose token and proof were checked, without anything having been written. */
export interface Authenticated {
  readonly caller: Caller
  /**
   * Uses the proof up; does nothing for a bearer token. Until then the request may not be answered.
   *
   * @throws `invalid_dpop_proof` for a proof that was used before
   */
  readonly useProof: () => Promise<void>
}

export type Authenticate = (request: Request, tenant: TenantContext) => Promise<Authenticated>

type AuthenticateDeps = Pick<ManagementApiDeps, 'db' | 'verificationKeys' | 'clock'>

/** Verifies tokens; each is remembered by its hash for at most a minute and never beyond its expiry. */
const createRecall = ({ verificationKeys, clock }: Omit<AuthenticateDeps, 'db'>) => {
  const trusted = new LRUCache<string, Trusted>({ max: MAX_TRUSTED })

  const verify = async (token: string, tenant: TenantContext): Promise<Trusted> => {
    const keys = createLocalJWKSet({ keys: [...(await verificationKeys(tenant.tenantId))] })
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      issuer: tenant.issuer,
      audience: audienceOf(tenant),
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(clock()),
    })
    const { cnf: confirmation } = payload
    return { caller: toCaller(payload), confirmation, until: Math.min(clock() + TRUST_MS, (payload.exp ?? 0) * 1000) }
  }

  return async (token: string, tenant: TenantContext): Promise<Trusted> => {
    const key = createHash('sha256').update(`${tenant.tenantId}\n${tenant.issuer}\n${token}`).digest('base64')
    const known = trusted.get(key)
    if (known && known.until > clock()) return known
    const fresh = await verify(token, tenant).catch(error => {
      throw toFailure(error)
    })
    trusted.set(key, fresh)
    return fresh
  }
}

/**
 * @returns the id of the proof; undefined for a bearer token
 * @throws `invalid_dpop_proof` for a bound token without a good proof, and for a proof without a bound token
 */
const requireProof = async (
  request: Request,
  { issuer }: TenantContext,
  presented: Pick<PresentedToken, 'scheme' | 'token' | 'confirmation' | 'now'>,
): Promise<string | undefined> => {
  const binding = await checkBinding({
    ...presented,
    proof: request.headers.get('dpop') ?? undefined,
    method: request.method,
    url: new URL(new URL(request.url).pathname, issuer).href,
  })
  if (binding?.kind === 'refused') throw apiError('invalid_dpop_proof', sentence(binding.problem))
  return binding?.jti
}

/**
 * Creates the check. The memory of verified tokens is bounded and forgets the one that was not used for longest.
 *
 * @throws `invalid_token` with a message that says which kind of bad the token is (RFC 6750 section 3.1);
 *   `invalid_dpop_proof` (RFC 9449 section 7.1)
 */
export const createAuthenticate = ({ db, verificationKeys, clock }: AuthenticateDeps): Authenticate => {
  const recall = createRecall({ verificationKeys, clock })

  return async (request, tenant) => {
    const header = request.headers.get('authorization')
    if (!header) throw apiError('invalid_token', 'Missing authentication: send Authorization: Bearer <token>')
    const [, scheme, token] = /^(Bearer|DPoP) +([\w.~+/=-]+)$/i.exec(header) ?? []
    if (!scheme || !token) throw apiError('invalid_token', MALFORMED)
    const { caller, confirmation } = await recall(token, tenant)
    const jti = await requireProof(request, tenant, { scheme, token, confirmation, now: clock() })
    return {
      caller,
      useProof: async () => {
        if (jti === undefined) return
        const until = new Date(clock() + PROOF_LIFETIME_MS)
        if (await useProof(db, tenant.tenantId, { clientId: caller.clientId, jti }, until)) return
        throw apiError('invalid_dpop_proof', sentence('the DPoP proof was used before'))
      },
    }
  }
}

/** Refuses a caller that has none of the scopes. @throws `insufficient_scope` naming them. */
export const requireScope = (caller: Caller, scopes: readonly string[]): void => {
  if (scopes.some(scope => caller.scopes.includes(scope))) return
  throw apiError('insufficient_scope', `Insufficient scope; expected any of: ${scopes.join(', ')}.`)
}
