/** Ends sessions and grants, and the codes and tokens that they have led to. */

import { sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import { FORMER_SESSION_MODEL, SESSION_MODEL } from './authorization-store.ts'
import { GRANT_MODEL, hashPayloadId } from './oidc-payload-store.ts'
import { CODE_MODEL, REFRESH_TOKEN_MODEL } from './token-store.ts'

/** The engine's models whose payloads keep their session as their second id. A code leads to tokens a moment later. */
export const SESSION_TOKEN_MODELS: readonly string[] = [CODE_MODEL, REFRESH_TOKEN_MODEL]

/** The engine's models that belong to a grant. */
const GRANT_TOKEN_MODELS: readonly string[] = [...SESSION_TOKEN_MODELS, 'AccessToken']

/**
 * Ends a session in any browser. Its secret id is not needed, and would not do: a request under way may be
 * replacing it. Of concurrent callers one gets true.
 */
export const endSession = async (db: Db, tenantId: TenantId, sessionId: string): Promise<boolean> => {
  const { numDeletedRows } = await db
    .deleteFrom('oidc_payloads')
    .where('tenant_id', '=', tenantId)
    .where('model', '=', SESSION_MODEL)
    .where('uid_hash', '=', hashPayloadId(sessionId))
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}

export interface EndedSession {
  readonly sessionId: string
  /** Undefined when no user had logged in to it. */
  readonly userId: string | undefined
}

/**
 * Ends the session of a cookie, also when the cookie's id was replaced a moment ago. Of concurrent callers one gets it.
 *
 * @returns undefined when there is none
 */
export const endSessionOfCookie = async (
  db: Db,
  tenantId: TenantId,
  cookie: string,
): Promise<EndedSession | undefined> => {
  const { rows } = await sql<{ uid: string; account_id: string | null }>`
    delete from oidc_payloads
    where tenant_id = ${tenantId} and model = ${SESSION_MODEL} and uid_hash in (
      select uid_hash from oidc_payloads
      where tenant_id = ${tenantId} and model in (${SESSION_MODEL}, ${FORMER_SESSION_MODEL})
        and id_hash = ${hashPayloadId(cookie)} and expires_at > now()
    )
    returning payload ->> 'uid' as uid, account_id`.execute(db)
  const [row] = rows
  return row && { sessionId: row.uid, userId: row.account_id ?? undefined }
}

/**
 * Ends grants with their codes and tokens. The grants go first: a token that is being written keeps its grant for as
 * long, so it comes too late, or is found by the second statement.
 */
export const endGrants = async (db: Db, tenantId: TenantId, grantIds: readonly string[]): Promise<void> => {
  await db
    .deleteFrom('oidc_payloads')
    .where('tenant_id', '=', tenantId)
    .where('model', '=', GRANT_MODEL)
    .where('id_hash', 'in', grantIds.map(hashPayloadId).toSorted())
    .execute()
  await db
    .deleteFrom('oidc_payloads')
    .where('tenant_id', '=', tenantId)
    .where('grant_id', 'in', grantIds)
    .where('model', 'in', GRANT_TOKEN_MODELS)
    .execute()
}

/** Grants that end in one round. */
const PAGE = 500

/** Ends every code and refresh token of a session, of whichever application and login, with their grants. */
export const endTokensOfSession = async (db: Db, tenantId: TenantId, sessionId: string): Promise<void> => {
  // Until none is found: a row that was written while a page was read may have been missed by it.
  for (;;) {
    const rows = await db
      .selectFrom('oidc_payloads')
      .select('grant_id')
      .distinct()
      .where('tenant_id', '=', tenantId)
      .where('model', 'in', SESSION_TOKEN_MODELS)
      .where('uid_hash', '=', hashPayloadId(sessionId))
      .where('grant_id', 'is not', null)
      .limit(PAGE)
      .execute()
    if (rows.length === 0) return
    await endGrants(
      db,
      tenantId,
      rows.flatMap(({ grant_id }) => grant_id ?? []),
    )
  }
}
