/** Tokens that are bound to a key of their client (RFC 9449, DPoP), beyond what the engine does by itself. */

import { errors, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import { PROOF_LIFETIME_MS, verifyDpopProof } from '../../base/dpop-proof.ts'
import type { Db } from '../../store/database/database.ts'
import { useProof } from '../../store/logins/used-challenge-store.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { exchangeOf } from './engine-context.ts'

type ProofStore = { readonly volatileDb: Db; readonly clock: Clock }

/**
 * Uses a proof up; false when it was used before. A crash may forget the proofs of its last moments, which are over some
 * minutes later anyway.
 */
export const useProofOnce = (
  { tenant }: Exchange,
  { volatileDb, clock }: ProofStore,
  proof: { readonly clientId: string; readonly jti: string },
): Promise<boolean> => useProof(volatileDb, tenant.tenantId, proof, new Date(clock() + PROOF_LIFETIME_MS))

/**
 * Makes the engine use proofs once by one statement. Its own way is to look and then to store, which of two requests at the
 * same moment lets both through, and it forgets proofs from a clock that is ahead before they are over.
 */
export const countProofs = (provider: Provider, proofs: ProofStore): void => {
  Object.assign(provider.ReplayDetection, {
    unique(clientId: string, jti: string): Promise<boolean> {
      const context = Provider.ctx
      if (!context) throw new TypeError('a proof is used outside of a request')
      const { route, client } = context.oidc
      // Refused a moment later, and never stored: any sender can say that it is a public client.
      if (route === 'pushed_authorization_request' && client?.clientAuthMethod === 'none') return Promise.resolve(true)
      return useProofOnce(exchangeOf(context), proofs, { clientId, jti })
    },
  })
}

/**
 * The thumbprint of the key that a token request proves; undefined without the header `DPoP`.
 *
 * @throws InvalidDpopProof for a proof that is not good, or that was used before
 */
export const provedKey = async (
  context: KoaContextWithOIDC,
  clientId: string,
  proofs: ProofStore,
): Promise<string | undefined> => {
  const exchange = exchangeOf(context)
  const proof = exchange.header('dpop')
  if (proof === undefined) return undefined
  const result = await verifyDpopProof({
    proof,
    method: 'POST',
    url: new URL(exchange.url.pathname, exchange.tenant.issuer).href,
    now: proofs.clock(),
  })
  if (result.kind === 'refused') throw new errors.InvalidDpopProof(result.problem)
  if (!(await useProofOnce(exchange, proofs, { clientId, jti: result.jti })))
    throw new errors.InvalidDpopProof('the DPoP proof was used before')
  return result.thumbprint
}
