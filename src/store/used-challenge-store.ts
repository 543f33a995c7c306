/** WebAuthn challenges that were answered: each is good for one answer. */

import { createHash } from 'node:crypto'
import type { TenantId } from '../model/ids.ts'
import type { Db } from './database.ts'

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
