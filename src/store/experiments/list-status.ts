/** The condition of a list of nouns that can be archived. */

import { type RawBuilder, sql } from 'kysely'

/**
 * Those of one status, or all that are not archived. The latter is written as the indexes of the lists have it, without a
 * parameter, or they would not serve it.
 *
 * @param column of the status, with its table
 */
export const ofStatus = (column: string, status: string | undefined): RawBuilder<boolean> =>
  status === undefined ? sql`${sql.ref(column)} <> 'archived'` : sql`${sql.ref(column)} = ${status}`
