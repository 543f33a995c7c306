/** What an authorization request writes at its end: its session, and what that session leads to. In one statement. */

import { sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import { GRANT_MODEL, hashPayloadId, type NewOidcPayload } from './oidc-payload-store.ts'

/** The model of sessions, and that of an id that a session had before it got another one. */
export const SESSION_MODEL = 'Session'
export const FORMER_SESSION_MODEL = 'FormerSession'

/** The member of a session's payload that says when it is over for good, in seconds since 1970. */
export const SESSION_END = 'notAfter'

export interface SessionWrite {
  readonly tenantId: TenantId
  /** The cookie's. */
  readonly id: string
  /** The id under which the session was loaded; undefined for a new one. */
  readonly from: string | undefined
  /** Stays when the cookie's id is replaced. */
  readonly uid: string
  readonly accountId: string | undefined
  readonly payload: Readonly<Record<string, unknown>>
  readonly expiresAt: Date
}

/** The user in whose name it is written. */
export interface AuthorizedUser {
  readonly userId: string
  /** `users.generation` at the moment in which the user was recognised; undefined when the session says who it is. */
  readonly generation: string | undefined
  /** Counted with the user; undefined for what is no login. */
  readonly login: { readonly ip: string; readonly at: Date } | undefined
}

export interface AuthorizationWrite {
  readonly session: SessionWrite
  /** Undefined when the session is stored in no user's name. */
  readonly user: AuthorizedUser | undefined
  /** The grant, and what belongs to it. */
  readonly issued: readonly NewOidcPayload[]
}

export type AuthorizationOutcome =
  /** `loginsCount` is undefined when none was counted. */
  | { readonly kind: 'written'; readonly loginsCount: number | undefined }
  /** Nothing was written. */
  | { readonly kind: 'session_ended' | 'user_ended' | 'user_blocked' | 'granted_before' }

/**
 * The user's row is the gate: a request that writes holds it, alone when it counts a login, and so does a change that
 * ends what the user has open (`user-writes.ts`). Either the change finds what the request has written, or the
 * request finds the user as the change has left it.
 */
const userRow = (tenantId: TenantId, { userId, generation, login }: AuthorizedUser) => sql`
  holder as (
    select user_id, blocked, generation = coalesce(${generation ?? null}::uuid, generation) as is_current
    from users where tenant_id = ${tenantId} and user_id = ${userId}
    ${login ? sql`for no key update` : sql`for share`}
  ),`

const uidHash = ({ uid }: SessionWrite): string => hashPayloadId(uid)

const insertedSession = (session: SessionWrite, hasHolder: boolean) => sql`
  insert into oidc_payloads (tenant_id, model, id_hash, payload, uid_hash, expires_at)
  select
    ${session.tenantId}, ${SESSION_MODEL}, ${hashPayloadId(session.id)}, ${JSON.stringify(session.payload)}::jsonb,
    ${uidHash(session)}, ${session.expiresAt}::timestamptz
  ${hasHolder ? sql`from holder where is_current and not blocked` : sql``}
  returning uid_hash`

/** An end that another request has set meanwhile stays. */
const updatedSession = (session: SessionWrite, from: string, hasHolder: boolean) => sql`
  update oidc_payloads p
  set
    id_hash = ${hashPayloadId(session.id)},
    payload = ${JSON.stringify(session.payload)}::jsonb || case when p.payload ? ${SESSION_END}::text then jsonb_build_object(
      ${SESSION_END}::text,
      least((p.payload ->> ${SESSION_END}::text)::bigint, (${JSON.stringify(session.payload)}::jsonb ->> ${SESSION_END}::text)::bigint)
    ) else '{}' end,
    expires_at = least(${session.expiresAt}::timestamptz, to_timestamp((p.payload ->> ${SESSION_END}::text)::bigint))
  ${hasHolder ? sql`from holder` : sql``}
  where p.tenant_id = ${session.tenantId} and p.model = ${SESSION_MODEL} and p.id_hash = ${hashPayloadId(from)}
    and p.uid_hash = ${uidHash(session)} and (p.account_id is null or p.account_id = ${session.accountId ?? null})
    ${hasHolder ? sql`and holder.is_current and not holder.blocked` : sql``}
  returning p.uid_hash`

/** Seconds for which the id that a session had before still leads a logout to it. */
const FORMER_SECONDS = 3_600

/** A logout may have been sent with the id that this request replaces. */
const formerId = ({ tenantId, from, id }: SessionWrite) =>
  from === undefined || from === id
    ? sql``
    : sql`
  former as (
    insert into oidc_payloads (tenant_id, model, id_hash, payload, uid_hash, expires_at)
    select ${tenantId}, ${FORMER_SESSION_MODEL}, ${hashPayloadId(from)}, '{}', uid_hash,
      now() + make_interval(secs => ${FORMER_SECONDS})
    from kept
  ),`

const countedLogin = (tenantId: TenantId, { userId, login }: AuthorizedUser) => sql`
  counted as (
    update users set logins_count = logins_count + 1, last_login = ${login?.at ?? null}, last_ip = ${login?.ip ?? null}
    from kept where tenant_id = ${tenantId} and user_id = ${userId}
    returning logins_count
  ),`

const issuedRows = (tenantId: TenantId, issued: readonly NewOidcPayload[]) => {
  const rows = issued.map(({ model, id, payload, grantId, uid, expiresAt }) => ({
    model,
    id_hash: hashPayloadId(id),
    payload,
    grant_id: grantId,
    uid_hash: uid === undefined ? undefined : hashPayloadId(uid),
    expires_at: expiresAt,
  }))
  return sql`
  issued as (
    insert into oidc_payloads (tenant_id, model, id_hash, payload, grant_id, uid_hash, expires_at)
    select ${tenantId}, row.model, row.id_hash, row.payload, row.grant_id, row.uid_hash, row.expires_at
    from kept, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row (
      model text, id_hash text, payload jsonb, grant_id text, uid_hash text, expires_at timestamptz
    )
  ),`
}

interface Row {
  readonly is_kept: boolean
  readonly is_user: boolean
  readonly is_blocked: boolean
  readonly logins_count: number | null
}

const outcomeOf = ({ is_kept, is_user, is_blocked, logins_count }: Row): AuthorizationOutcome => {
  if (is_kept) return { kind: 'written', loginsCount: logins_count ?? undefined }
  if (is_blocked) return { kind: 'user_blocked' }
  return { kind: is_user ? 'session_ended' : 'user_ended' }
}

/** The id of a grant is that of its transaction: the second login of one transaction breaks the primary key. */
const isGrantedBefore = (error: unknown, issued: readonly NewOidcPayload[]): boolean =>
  error instanceof Error &&
  'constraint' in error &&
  error.constraint === 'oidc_payloads_pkey' &&
  issued.some(({ model }) => model === GRANT_MODEL)

/**
 * Stores a session with everything that it leads to, or nothing: a session that was loaded is updated, or moved to
 * another id, only while it is there; a new one is inserted; both only while their user is as it was.
 */
export const writeAuthorization = async (
  db: Db,
  { session, user, issued }: AuthorizationWrite,
): Promise<AuthorizationOutcome> => {
  const { tenantId, from } = session
  const hasHolder = user !== undefined
  const statement = sql<Row>`
    with ${user ? userRow(tenantId, user) : sql``}
    kept as (${from === undefined ? insertedSession(session, hasHolder) : updatedSession(session, from, hasHolder)}),
    ${formerId(session)}
    ${user?.login ? countedLogin(tenantId, user) : sql``}
    ${issued.length > 0 ? issuedRows(tenantId, issued) : sql``}
    found as (select exists (select from kept) as is_kept)
    select
      is_kept,
      ${hasHolder ? sql`exists (select from holder where is_current)` : sql`true`} as is_user,
      ${hasHolder ? sql`exists (select from holder where blocked)` : sql`false`} as is_blocked,
      ${user?.login ? sql`(select logins_count from counted)` : sql`null::integer`} as logins_count
    from found`
  try {
    const { rows } = await statement.execute(db)
    const [row] = rows
    if (!row) throw new TypeError('an authorization has no outcome')
    return outcomeOf(row)
  } catch (error) {
    if (isGrantedBefore(error, issued)) return { kind: 'granted_before' }
    throw error
  }
}
