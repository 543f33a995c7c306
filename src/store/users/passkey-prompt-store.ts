/** Who has been asked to create a passkey and does not want to be asked again, for a while or ever. */

import { sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'

/** @param until undefined = forever */
export const snoozePasskeyPrompt = async (
  db: Db,
  tenantId: TenantId,
  userId: string,
  until: Date | undefined,
): Promise<void> => {
  const snoozed_until = until ?? sql<Date>`'infinity'`
  await db
    .insertInto('passkey_prompts')
    .values({ tenant_id: tenantId, user_id: userId, snoozed_until })
    .onConflict(conflict => conflict.columns(['tenant_id', 'user_id']).doUpdateSet({ snoozed_until }))
    .execute()
}

export const isPasskeyPromptSnoozed = async (db: Db, tenantId: TenantId, userId: string): Promise<boolean> => {
  const row = await db
    .selectFrom('passkey_prompts')
    .select('user_id')
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('snoozed_until', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return row !== undefined
}
