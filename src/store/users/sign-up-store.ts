/** Creates the user of a login that waits for a sign-up. */

import { sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import {
  answerInteraction,
  BUSY_UNTIL,
  INTERACTION_MODEL,
  type InteractionKey,
  isOpen,
  RESULT,
} from '../logins/interaction-store.ts'
import { noteOnLoginTransaction } from '../logins/login-transaction-store.ts'
import { hashPayloadId } from '../logins/oidc-payload-store.ts'
import type { UserRecord } from './user-store.ts'
import { insertUser, type NewUser } from './user-writes.ts'

/** Undoes the answer of a sign-up whose address is taken. */
class AddressTaken extends Error {
  override readonly name = 'AddressTaken'
}

/**
 * Answers an interaction with a user who is created for it: both happen or neither. Of sign-ups that are sent for one
 * login at the same moment, each waits for the one before, and finds the login answered.
 *
 * @param answer what `answerInteraction` is given, and `noteOnLoginTransaction`
 * @returns `exists` when the connection has a user with this address; `went_on` when the interaction was answered or used,
 *   or its time is over
 */
export const signUpForInteraction = async (
  db: Db,
  key: InteractionKey,
  user: NewUser,
  answer: {
    readonly result: Readonly<Record<string, unknown>>
    readonly more: Readonly<Record<string, unknown>>
    /** What the login's transaction is told: the request that goes on with the answer finds it there. */
    readonly transaction: { readonly id: string; readonly facts: Readonly<Record<string, unknown>> }
  },
): Promise<UserRecord | 'exists' | 'went_on'> => {
  try {
    return await db.transaction().execute(async step => {
      if (!(await answerInteraction(step, key, answer.result, answer.more))) return 'went_on'
      const created = await insertUser({ db: step, tenantId: key.tenantId }, user)
      if (!created) throw new AddressTaken()
      await noteOnLoginTransaction(step, key.tenantId, answer.transaction.id, answer.transaction.facts)
      return created
    })
  } catch (error) {
    if (error instanceof AddressTaken) return 'exists'
    throw error
  }
}

const ofInteraction = ({ tenantId, id }: { readonly tenantId: TenantId; readonly id: string }) => sql<boolean>`(
  tenant_id = ${tenantId} and model = ${INTERACTION_MODEL} and id_hash = ${hashPayloadId(id)} and ${isOpen})`

/**
 * Reserves an interaction for one sign-up, so that what runs before it runs once. A server that dies gives it back when
 * the time is over.
 *
 * @param seconds for which it is reserved
 * @returns what names the reservation; undefined when another sign-up has it, or when it was answered or used
 */
export const reserveInteraction = async (db: Db, key: InteractionKey, seconds: number): Promise<string | undefined> => {
  const until = sql`jsonb_build_object(${BUSY_UNTIL}::text, extract(epoch from now()) + ${seconds}::float8)`
  const row = await db
    .updateTable('oidc_payloads')
    .set({ payload: sql`payload || ${until}` })
    .where(ofInteraction(key))
    .where(sql<boolean>`not (payload ? ${RESULT})`)
    .where(sql<boolean>`coalesce((payload ->> ${BUSY_UNTIL})::float8, 0) <= extract(epoch from now())`)
    .returning(sql<string>`payload ->> ${BUSY_UNTIL}`.as('reservation'))
    .executeTakeFirst()
  return row?.reservation
}

/** Ends a reservation, so that the sign-up may be tried again; one that another sign-up has since is not touched. */
export const releaseInteraction = async (db: Db, key: InteractionKey, reservation: string): Promise<void> => {
  await db
    .updateTable('oidc_payloads')
    .set({ payload: sql`payload - ${BUSY_UNTIL}::text` })
    .where(ofInteraction(key))
    .where(sql<boolean>`payload ->> ${BUSY_UNTIL} = ${reservation}`)
    .execute()
}
