/** Secrets that all servers of one database share, made by the first of them. */

import type { Db } from '../database/database.ts'

/**
 * The secret of a name. Two servers that start at once on an empty database agree on one value: the insert that comes
 * second changes nothing, and both read what is there.
 *
 * @param generate makes the value when there is none
 */
export const ensureInstallationSecret = async (db: Db, name: string, generate: () => string): Promise<string> => {
  await db
    .insertInto('installation_secrets')
    .values({ name, value: generate() })
    .onConflict(conflict => conflict.column('name').doNothing())
    .execute()
  const { value } = await db
    .selectFrom('installation_secrets')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return value
}
