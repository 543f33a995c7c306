/** What users prove themselves with by typing a code: TOTPs and recovery codes. */

import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import type { NewMethod } from './authentication-method-store.ts'

const insertSingle = async (
  db: Db,
  tenantId: TenantId,
  method: NewMethod,
  values:
    | { readonly type: 'totp'; readonly sealed_secret: string; readonly last_step: string }
    | { readonly type: 'recovery-code'; readonly code_hash: string },
): Promise<boolean> => {
  const row = await db
    .insertInto('authentication_methods')
    .values({
      tenant_id: tenantId,
      method_id: method.id,
      user_id: method.userId,
      slot: 0,
      name: method.name,
      created_at: method.createdAt,
      ...values,
    })
    .onConflict(conflict => conflict.doNothing())
    .returning('method_id')
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Gives a user a TOTP; false when the user has one.
 *
 * @param totp.lastStep the time step of the code that confirmed it, which is thereby used
 */
export const insertTotp = (
  db: Db,
  tenantId: TenantId,
  totp: NewMethod & { readonly sealedSecret: string; readonly lastStep: number },
): Promise<boolean> =>
  insertSingle(db, tenantId, totp, {
    type: 'totp',
    sealed_secret: totp.sealedSecret,
    last_step: String(totp.lastStep),
  })

/** The TOTP of a user, to be verified. */
export const findTotp = async (
  db: Db,
  tenantId: TenantId,
  userId: string,
): Promise<{ readonly id: string; readonly sealedSecret: string } | undefined> => {
  const row = await db
    .selectFrom('authentication_methods')
    .select(['method_id', 'sealed_secret'])
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('type', '=', 'totp')
    .executeTakeFirst()
  return row?.sealed_secret ? { id: row.method_id, sealedSecret: row.sealed_secret } : undefined
}

/** Uses up a time step of a user's; false when it, or a later one, was used before. Of concurrent callers one gets true. */
export const useTotpStep = async (
  db: Db,
  tenantId: TenantId,
  { userId, methodId }: { readonly userId: string; readonly methodId: string },
  used: { readonly step: number; readonly at: Date },
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('authentication_methods')
    .set({ last_step: String(used.step), last_auth_at: used.at })
    .where('tenant_id', '=', tenantId)
    .where('method_id', '=', methodId)
    .where('user_id', '=', userId)
    .where('last_step', '<', String(used.step))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Gives a user a recovery code; false when the user has one. */
export const insertRecoveryCode = (
  db: Db,
  tenantId: TenantId,
  code: NewMethod & { readonly codeHash: string },
): Promise<boolean> => insertSingle(db, tenantId, code, { type: 'recovery-code', code_hash: code.codeHash })

/** Uses up a recovery code and returns its id; undefined when it is not the user's. Of concurrent callers one gets it. */
export const consumeRecoveryCode = async (
  db: Db,
  tenantId: TenantId,
  userId: string,
  codeHash: string,
): Promise<string | undefined> => {
  const row = await db
    .deleteFrom('authentication_methods')
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('type', '=', 'recovery-code')
    .where('code_hash', '=', codeHash)
    .returning('method_id')
    .executeTakeFirst()
  return row?.method_id
}
