/** Lets go of the days of the log that are kept no longer: whole partitions, never rows. */

import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { noteDroppedDay } from './streams/log-stream-loss.ts'

export interface RetentionOptions {
  /** Days for which an event is kept at least. */
  readonly days: number
  /**
   * What this server takes for the present. A day goes only when the database's clock agrees, so that one clock that
   * runs ahead does not empty the log.
   */
  readonly now: Date
  /** Ends the round after the step that is under way. */
  readonly signal?: AbortSignal
}

export interface RetentionRound {
  /** The days that are gone, as `YYYYMMDD`. */
  readonly dropped: readonly string[]
  /** Something old is still being read; what is left goes in a later round, and is not read from now on. */
  readonly isHeldUp: boolean
}

/** What has become of a day's table. Only the steps in this order lead to its end, and each can be the last of a round. */
type DayState = 'attached' | 'detaching' | 'detached'

interface ExpiredDay {
  readonly table: string
  readonly state: DayState
}

/** Any constant would do; the server that holds this advisory lock does the round, the others leave it to him. */
const LOCK_KEY = 0x65_78_63_77

/** No query waits behind a round, but a round does not wait for ever either: it must end before a server can stop. */
const LOCK_TIMEOUT = '1s'

/** Tells a day that a round has detached from a copy that was made under such a name. */
const MARK = 'No longer part of the log: its retention has ended.'

/** Days that are over for longer than they are kept, an unfinished one first: only one may be unfinished at a time. */
const findExpired = async (db: Db, { days, now }: RetentionOptions): Promise<readonly ExpiredDay[]> => {
  const { rows } = await sql<ExpiredDay>`
    select c.relname as table,
      case when i.inhrelid is null then 'detached' when i.inhdetachpending then 'detaching' else 'attached' end as state
    from pg_class l
    join pg_class c on c.relnamespace = l.relnamespace and c.relkind = 'r' and c.relname ~ '^logs_[0-9]{8}$'
    left join pg_inherits i on i.inhrelid = c.oid and i.inhparent = l.oid
    where l.oid = 'logs'::regclass
      and substr(c.relname, 6) <
        to_char(least(now(), ${now}) at time zone 'UTC' - ${days} * interval '1 day', 'YYYYMMDD')
      and (i.inhrelid is not null or obj_description(c.oid, 'pg_class') = ${MARK})
    order by coalesce(i.inhdetachpending, false) desc, c.relname`.execute(db)
  return rows
}

/** One step onward; `undefined` is the end. */
const STEPS: Record<DayState, (db: Db, table: string, options: RetentionOptions) => Promise<DayState | undefined>> = {
  /**
   * Readers and writers go on meanwhile: it waits for the transactions that are reading the log without making any query
   * wait behind it. When its patience ends, the day is out of reach of new queries already and stays `detaching`.
   */
  attached: async (db, table) => {
    await sql`comment on table ${sql.table(table)} is ${sql.lit(MARK)}`.execute(db)
    await sql`alter table logs detach partition ${sql.table(table)} concurrently`.execute(db)
    return 'detached'
  },
  detaching: async (db, table) => {
    await sql`alter table logs detach partition ${sql.table(table)} finalize`.execute(db)
    return 'detached'
  },
  detached: async (db, table, { days }) => {
    await db.transaction().execute(async transaction => {
      await noteDroppedDay(transaction, table, days)
      await sql`drop table ${sql.table(table)}`.execute(transaction)
    })
    return undefined
  },
}

const LOCK_NOT_AVAILABLE = '55P03'
const QUERY_CANCELED = '57014'

/** The patience with a lock or with a statement has ended. */
const isHoldUp = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === LOCK_NOT_AVAILABLE || error.code === QUERY_CANCELED)

const dropExpired = async (db: Db, options: RetentionOptions): Promise<RetentionRound> => {
  const dropped: string[] = []
  try {
    for (const { table, state } of await findExpired(db, options)) {
      for (let next: DayState | undefined = state; next; ) {
        if (options.signal?.aborted) return { dropped, isHeldUp: false }
        next = await STEPS[next](db, table, options)
      }
      dropped.push(table.slice(-8))
    }
    return { dropped, isHeldUp: false }
  } catch (error) {
    if (!isHoldUp(error)) throw error
    return { dropped, isHeldUp: true }
  }
}

const tryLock = async (session: Db): Promise<boolean> => {
  const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_lock(${LOCK_KEY}) as locked`.execute(session)
  return rows[0]?.locked ?? false
}

/**
 * Drops the days of the log that ended more than so many days ago. Safe to call from several servers at once: one of
 * them does the work, the others find nothing to do. A round that is interrupted, by a crash too, is finished by the next.
 */
export const dropExpiredLogs = async (db: Db, options: RetentionOptions): Promise<RetentionRound> =>
  // Detaching cannot be part of a transaction, so the lock and the patience belong to a session.
  await db.connection().execute(async session => {
    if (!(await tryLock(session))) return { dropped: [], isHeldUp: false }
    try {
      await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, false)`.execute(session)
      return await dropExpired(session, options)
    } finally {
      await sql`reset lock_timeout`.execute(session)
      await sql`select pg_advisory_unlock(${LOCK_KEY})`.execute(session)
    }
  })
