/** Proofs that the sender of a request holds the key which its token is bound to (RFC 9449, DPoP). */

import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, errors, type JWTPayload, jwtVerify } from 'jose'

/** Signatures of proofs that are understood; discovery and challenges name them. */
export const DPOP_ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'] as const

/** Seconds by which the clock of a sender may be ahead or behind. */
const TOLERANCE_S = 300

/** Milliseconds after which no proof that was accepted now can be accepted again: one from a clock ahead lives longest. */
export const PROOF_LIFETIME_MS = (2 * TOLERANCE_S + 1) * 1000

export interface ProofRequest {
  /** The header `DPoP`. */
  readonly proof: string
  readonly method: string
  /** The address as the sender sees it; query and fragment do not count. */
  readonly url: string
  /** That the proof is to be for; undefined where there is none yet. */
  readonly accessToken?: string | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface DpopProof {
  readonly kind: 'proof'
  /** Of the key, as `cnf.jkt` of a token names it (RFC 7638). */
  readonly thumbprint: string
  /** Each is good for one request; the caller makes sure of that. */
  readonly jti: string
}

export interface Refused {
  readonly kind: 'refused'
  /** A sentence for the sender. */
  readonly problem: string
}

const refused = (problem: string): Refused => ({ kind: 'refused', problem })

/** Without what section 4.3 does not compare; undefined for what is no address. */
const comparable = (address: unknown): string | undefined => {
  const url = typeof address === 'string' ? URL.parse(address) : null
  if (url === null) return undefined
  url.search = ''
  url.hash = ''
  return url.href
}

const claimProblem = (claims: JWTPayload, { method, url, accessToken, now }: ProofRequest): string | undefined => {
  const { iat, jti, htm, htu, ath } = claims
  if (typeof jti !== 'string' || jti === '') return 'the DPoP proof has no jti'
  if (typeof iat !== 'number' || Math.abs(now / 1000 - iat) > TOLERANCE_S) return 'the DPoP proof is not of this moment'
  if (htm !== method) return 'the DPoP proof is for another method'
  if (comparable(htu) !== comparable(url)) return 'the DPoP proof is for another address'
  if (accessToken === undefined) return undefined
  const expected = createHash('sha256').update(accessToken).digest('base64url')
  return ath === expected ? undefined : 'the DPoP proof is for another token'
}

/** Checks a proof (section 4.3), all but that it is used once. A nonce in it is not looked at: none was asked for. */
export const verifyDpopProof = async (request: ProofRequest): Promise<DpopProof | Refused> => {
  try {
    const { payload, protectedHeader } = await jwtVerify(request.proof, EmbeddedJWK, {
      algorithms: [...DPOP_ALGORITHMS],
      typ: 'dpop+jwt',
      currentDate: new Date(request.now),
    })
    const problem = claimProblem(payload, request)
    if (problem !== undefined || protectedHeader.jwk === undefined)
      return refused(problem ?? 'the DPoP proof has no key')
    const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk)
    return { kind: 'proof', thumbprint, jti: String(payload.jti) }
  } catch (error) {
    // What a sender can break throws jose's errors, Node's for a key that is none, and DOM's for one that is too short.
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException)
      return refused('the DPoP proof is not valid')
    throw error
  }
}

/** A token as it came, and what it says of itself. */
export interface PresentedToken extends Omit<ProofRequest, 'proof' | 'accessToken'> {
  /** Of the header `Authorization`; anything but DPoP counts as Bearer. */
  readonly scheme: string
  readonly token: string
  /** The header `DPoP`. */
  readonly proof: string | undefined
  /** The claim `cnf` (RFC 7800). */
  readonly confirmation: unknown
}

/** The thumbprint in a confirmation; undefined for another kind of it, which is never taken for none. */
const thumbprintIn = (confirmation: unknown): string | undefined => {
  const jkt: unknown = Object(confirmation).jkt
  return typeof jkt === 'string' ? jkt : undefined
}

/**
 * Whether a verified token may be used as it is presented (section 7.1): a bound one with a proof of its key only, one
 * that is not bound as a bearer token only.
 *
 * @returns the proof, whose `jti` the caller uses up; undefined for a bearer token
 */
export const checkBinding = async (presented: PresentedToken): Promise<DpopProof | Refused | undefined> => {
  const { scheme, token, proof, confirmation } = presented
  const isDpop = scheme.toLowerCase() === 'dpop'
  if (confirmation === undefined) {
    return isDpop || proof !== undefined
      ? refused('the token is not bound to a key: send it as a bearer token')
      : undefined
  }
  if (!isDpop || proof === undefined) {
    return refused('the token is bound to a key: send it with the scheme DPoP and a proof in the header DPoP')
  }
  const result = await verifyDpopProof({ ...presented, proof, accessToken: token })
  if (result.kind === 'proof' && result.thumbprint !== thumbprintIn(confirmation))
    return refused('the DPoP proof is not of the key that the token is bound to')
  return result
}
