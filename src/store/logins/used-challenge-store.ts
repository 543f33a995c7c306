/** What is good for one use: WebAuthn challenges that were answered, and DPoP proofs. */

import { createHash } from 'node:crypto'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'

/** Uses a challenge up; false when it was used before. Of concurrent callers one gets true. */
export const consumeChallenge = async (
  db: Db,
  tenantId: TenantId,
  challenge: string,
  expiresAt: Date,
): Promise<boolean> => {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('used_challenges')
    .values({
      tenant_id: tenantId,
      challenge_hash: createHash('sha256').update(challenge).digest('base64url'),
      expires_at: expiresAt,
    })
    .onConflict(conflict => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/**
 * Uses a DPoP proof up (RFC 9449 section 11.1); false when it was used before. Of concurrent callers one gets true.
 *
 * @param expiresAt when no such proof is accepted any longer
 */
export const useProof = (
  db: Db,
  tenantId: TenantId,
  { clientId, jti }: { readonly clientId: string; readonly jti: string },
  expiresAt: Date,
): Promise<boolean> => consumeChallenge(db, tenantId, `dpop ${JSON.stringify([clientId, jti])}`, expiresAt)
