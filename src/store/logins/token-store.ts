/** Codes and tokens: each is used by the statement that ends it, and none is written once its grant has ended. */

import { type RawBuilder, sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import { SESSION_MODEL } from './authorization-store.ts'
import { GRANT_MODEL, hashPayloadId, type NewOidcPayload } from './oidc-payload-store.ts'

export const CODE_MODEL = 'AuthorizationCode'
export const REFRESH_TOKEN_MODEL = 'RefreshToken'

/** Names a code or a token by its secret. */
export interface TokenKey {
  readonly tenantId: TenantId
  readonly id: string
}

/** What belongs to a grant. */
export interface NewToken extends NewOidcPayload {
  readonly grantId: string
}

/**
 * Redeems a code. Of concurrent callers one gets true; none does once the session has ended that the code comes from,
 * nor once the code was ended with its grant.
 */
export const redeemCode = async (db: Db, { tenantId, id }: TokenKey): Promise<boolean> => {
  const { numAffectedRows } = await sql`
    update oidc_payloads code set consumed_at = now()
    where tenant_id = ${tenantId} and model = ${CODE_MODEL} and id_hash = ${hashPayloadId(id)} and consumed_at is null
      and exists (
        select from oidc_payloads s
        where s.tenant_id = code.tenant_id and s.model = ${SESSION_MODEL} and s.uid_hash = code.uid_hash
          and s.account_id = code.account_id and s.expires_at > now()
      )`.execute(db)
  return numAffectedRows === 1n
}

/** Keeps the grant until the statement has written: an end of the grant comes before it, or finds what it has written. */
const grantRow = ({ tenantId, grantId }: NewToken) => sql`
  select grant_id from oidc_payloads
  where tenant_id = ${tenantId} and model = ${GRANT_MODEL} and id_hash = ${hashPayloadId(grantId)} and expires_at > now()
  for key share`

const insertTokenFrom = (
  source: RawBuilder<unknown>,
  { tenantId, model, id, payload, uid, expiresAt }: NewToken,
) => sql`
  insert into oidc_payloads (tenant_id, model, id_hash, payload, grant_id, uid_hash, expires_at)
  select
    ${tenantId}, ${model}, ${hashPayloadId(id)}, ${JSON.stringify(payload)}::jsonb, grant_id,
    ${uid === undefined ? null : hashPayloadId(uid)}, ${expiresAt ?? null}::timestamptz
  from ${source}`

/** Stores a token; false when its grant has ended. */
export const insertToken = async (db: Db, token: NewToken): Promise<boolean> => {
  const statement = sql`with parent as (${grantRow(token)}) ${insertTokenFrom(sql`parent`, token)}`
  const { numAffectedRows } = await statement.execute(db)
  return numAffectedRows === 1n
}

const isConsumed = async (db: Db, { tenantId, id }: TokenKey): Promise<boolean> => {
  const row = await db
    .selectFrom('oidc_payloads')
    .select('consumed_at')
    .where('tenant_id', '=', tenantId)
    .where('model', '=', REFRESH_TOKEN_MODEL)
    .where('id_hash', '=', hashPayloadId(id))
    .executeTakeFirst()
  return row?.consumed_at != null
}

/**
 * Uses a refresh token up and stores the one that follows it: both or neither.
 *
 * @returns `used` when another request was faster, `ended` when the token or its grant is gone
 */
export const rotateRefreshToken = async (
  db: Db,
  usedId: string,
  next: NewToken,
): Promise<'rotated' | 'used' | 'ended'> => {
  const key = { tenantId: next.tenantId, id: usedId }
  const { numAffectedRows } = await sql`
    with parent as (${grantRow(next)}),
    used as (
      update oidc_payloads token set consumed_at = now() from parent
      where token.tenant_id = ${key.tenantId} and token.model = ${REFRESH_TOKEN_MODEL}
        and token.id_hash = ${hashPayloadId(usedId)} and token.grant_id = parent.grant_id and token.consumed_at is null
      returning token.grant_id
    )
    ${insertTokenFrom(sql`used`, next)}`.execute(db)
  if (numAffectedRows === 1n) return 'rotated'
  return (await isConsumed(db, key)) ? 'used' : 'ended'
}
