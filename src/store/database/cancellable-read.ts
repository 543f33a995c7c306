/** Reads that end in PostgreSQL when their caller has left. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Db } from './database.ts'
import type { Database } from './schema.ts'

/** Milliseconds between two attempts to cancel: one that comes between two statements of a read cancels neither. */
const AGAIN_MS = 50

const backendOf = async (connection: Kysely<Database>): Promise<number> => {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(connection)
  return rows[0]?.pid ?? 0
}

/** Cancels what runs on a connection, again and again until it is told that the work there has ended. */
const cancelUntil = async (control: Db, pid: number, hasEnded: () => boolean): Promise<void> => {
  while (!hasEnded()) {
    // A database that is away has nothing left to cancel.
    await sql`select pg_cancel_backend(${pid})`.execute(control).catch(() => {})
    await sleep(AGAIN_MS)
  }
}

/** Runs a read whose statements end with the signal. @throws what the signal, or the cancelled statement, says */
export type CancellableRead = <T>(signal: AbortSignal, read: (db: Kysely<Database>) => Promise<T>) => Promise<T>

/**
 * Creates such reads. A read has one connection for all of its statements, which goes back to the pool when no cancelling
 * is under way: no other reader's statement is ever hit.
 *
 * @param db where the reads are done
 * @param control where they are cancelled: a pool that they cannot use up
 */
export const createCancellableRead =
  (db: Db, control: Db): CancellableRead =>
  (signal, read) =>
    db.connection().execute(
      async connection => {
        const pid = await backendOf(connection)
        let hasEnded = false
        let cancelling: Promise<void> | undefined
        const cancel = (): void => {
          cancelling ??= cancelUntil(control, pid, () => hasEnded)
        }
        signal.addEventListener('abort', cancel)
        try {
          signal.throwIfAborted()
          return await read(connection)
        } finally {
          hasEnded = true
          signal.removeEventListener('abort', cancel)
          await cancelling
        }
      },
      { signal },
    )
