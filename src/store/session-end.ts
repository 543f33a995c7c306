/** Ends sessions, and the codes and refresh tokens that they have led to. */

import { sql } from 'kysely'
import type { TenantId } from '../model/ids.ts'
import type { Db } from './database.ts'
import { GRANT_MODEL, hashPayloadId } from './oidc-payload-store.ts'

/** The engine's models whose payloads keep their session as their second id. A code leads to tokens a moment later. */
export const SESSION_TOKEN_MODELS: readonly string[] = ['AuthorizationCode', 'RefreshToken']

/** Ends a session wherever its browser is; its secret id is not needed. */
export const endSession = async (db: Db, tenantId: TenantId, sessionId: string): Promise<void> => {
  await db
    .deleteFrom('oidc_payloads')
    .where('tenant_id', '=', tenantId)
    .where('model', '=', 'Session')
    .where('uid_hash', '=', hashPayloadId(sessionId))
    .execute()
}

/** Rows of one statement. */
const PAGE = 500

/**
 * Ends a page of tokens together with the grants that they stand on: whatever an exchange that is under way still
 * issues finds its grant gone, so nothing slips through between two statements.
 */
const endPage = async (db: Db, tenantId: TenantId, sessionHash: string): Promise<number> => {
  const { rows } = await sql<{ ended: string }>`
    with ended as (
      delete from oidc_payloads
      where tenant_id = ${tenantId} and uid_hash = ${sessionHash} and ctid = any (array(
        select ctid from oidc_payloads
        where tenant_id = ${tenantId} and model = any (${[...SESSION_TOKEN_MODELS]}) and uid_hash = ${sessionHash}
        limit ${PAGE}
      ))
      returning grant_id
    ), ungranted as
    (
      delete from oidc_payloads
      where tenant_id = ${tenantId} and model = ${GRANT_MODEL} and grant_id in (select grant_id from ended)
    )
    select count(*) as ended from ended`.execute(db)
  return Number(rows[0]?.ended)
}

/** Ends every code and refresh token of a session, of whichever application and login, and returns how many. */
export const endTokensOfSession = async (db: Db, tenantId: TenantId, sessionId: string): Promise<number> => {
  const hash = hashPayloadId(sessionId)
  let total = 0
  // Until none is found: a row that was written while a page was read may have been missed by it.
  for (;;) {
    const ended = await endPage(db, tenantId, hash)
    if (ended === 0) return total
    total += ended
  }
}
