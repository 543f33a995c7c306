/** A client's key for DPoP (RFC 9449), as SDKs make one and prove it with every request. */

import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface ProofOf {
  readonly url: string | URL
  /** GET when absent. */
  readonly method?: string
  /** The token that is presented with the proof. */
  readonly token?: string
  /** In place of what is right. */
  readonly claims?: Record<string, unknown>
}

export interface DpopKey {
  readonly thumbprint: string
  /** The header `DPoP` of a request. */
  prove(request: ProofOf): Promise<string>
}

export const createDpopKey = async (): Promise<DpopKey> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  return {
    thumbprint: await calculateJwkThumbprint(jwk),
    prove({ url, method = 'GET', token, claims = {} }) {
      const address = new URL(url)
      const ath = token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }
      const payload = { jti: randomUUID(), htm: method, htu: `${address.origin}${address.pathname}`, ...ath, ...claims }
      return new SignJWT({ iat: Math.floor(Date.now() / 1000), ...payload })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .sign(privateKey)
    },
  }
}
