/** HS256 tokens of `api.redirect` (RFC 7515, RFC 7519): one algorithm, so that no header can choose another. */

import { createHmac, timingSafeEqual } from 'node:crypto'

const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')

const signatureOf = (signed: string, secret: string): Buffer => createHmac('sha256', secret).update(signed).digest()

/** @param claims JSON text of the whole claim set */
export const signToken = (claims: string, secret: string): string => {
  const signed = `${HEADER}.${Buffer.from(claims).toString('base64url')}`
  return `${signed}.${signatureOf(signed, secret).toString('base64url')}`
}

const parseObject = (part: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** What is wrong with the times of a token; absent ones hold for ever, as JWT libraries have it. */
const timeComplaint = ({ exp, nbf }: Record<string, unknown>, seconds: number): string | undefined => {
  if (exp !== undefined && !(typeof exp === 'number' && exp > seconds)) return 'the token has expired'
  return nbf !== undefined && !(typeof nbf === 'number' && nbf <= seconds) ? 'the token is not valid yet' : undefined
}

/**
 * Reads a token that another service has signed.
 * @param now milliseconds since 1970
 * @returns the claims as JSON text, or why they cannot be believed
 */
export const readToken = (token: string, secret: string, now: number): string | { readonly error: string } => {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.')
  if (!header || !payload || !signature || rest.length > 0) return { error: 'the token is not a JWT' }
  if (parseObject(header)?.alg !== 'HS256') return { error: 'the token is not signed with HS256' }
  const expected = signatureOf(`${header}.${payload}`, secret)
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return { error: 'the signature of the token does not hold' }
  }
  const claims = parseObject(payload)
  if (!claims) return { error: 'the payload of the token is not a JSON object' }
  const error = timeComplaint(claims, Math.floor(now / 1000))
  return error ? { error } : JSON.stringify(claims)
}
