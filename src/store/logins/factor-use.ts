/** Uses up what proves a factor once, in the name of the login that waits for it. */

import type { Db } from '../database/database.ts'
import { type FactorRequestRef, isNoted, noteOnce } from './factor-request-store.ts'
import { keepUser } from './keep-user.ts'

/**
 * Uses something up and notes it with the request, in one transaction: a form that is sent twice for one login finds that
 * the other one has used it, and is told from a code that was used elsewhere.
 *
 * @param note names what is used
 * @param use runs in the transaction; undefined when there is nothing to use, or when it was used before
 * @returns `repeated` when it was used for this very request
 */
export const useForRequest = <Used>(
  db: Db,
  request: FactorRequestRef,
  note: string,
  use: (step: Db) => Promise<Used | undefined>,
): Promise<Used | 'repeated' | undefined> =>
  db.transaction().execute(async step => {
    if (!(await keepUser(step, request.key))) return undefined
    const used = await use(step)
    if (used === undefined) return (await isNoted(step, request, note)) ? 'repeated' : undefined
    await noteOnce(step, request, note)
    return used
  })
