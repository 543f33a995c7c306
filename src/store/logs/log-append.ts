/** Writes a batch of log events: ids in the order of commits, and never the same batch twice. */

import { sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import { ensureLogPartitions } from './log-partitions.ts'

/** Events of one tenant that are committed together. */
export interface LogBatch {
  readonly tenantId: TenantId
  /** Names the writing process; a new one for each start. */
  readonly writerId: string
  /** Grows with each batch of a writer; repeated when the same batch is tried again. */
  readonly number: number
  /** JSON texts of documents, without their ids. */
  readonly documents: readonly string[]
}

const COUNTER_DIGITS = 36

/** Ids of a batch share their prefix (`900` and the UTC time); the counter makes them grow. */
const toLogIds = (prefix: string, start: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => prefix + String(start + index).padStart(COUNTER_DIGITS, '0'))

/** One call is one transaction; what it guarantees is written at the function, in the first migration. */
const callAppendLog = async (db: Db, batch: LogBatch): Promise<readonly string[]> => {
  const { tenantId, writerId, number, documents } = batch
  const { rows } = await sql<{ prefix: string | null; start: string | null }>`
    select prefix, start from append_log(${tenantId}, ${writerId}, ${number}, ${`[${documents.join(',')}]`})
  `.execute(db)
  const { prefix = null, start = null } = rows[0] ?? {}
  if (prefix === null) throw new TypeError(`batch ${number} was overtaken by a later one of the same writer`)
  return toLogIds(prefix, Number(start), documents.length)
}

const CHECK_VIOLATION = '23514'

/** A row that fits no partition is reported as a violated check without the name of a constraint. */
const isMissingPartition = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === CHECK_VIOLATION &&
  'table' in error &&
  error.table === 'logs' &&
  !('constraint' in error && error.constraint)

/**
 * Commits a batch and returns the ids of its events, in their order. Calling it again with the same batch
 * after a failure is safe: the events are in the log exactly once, also when the first attempt was committed.
 */
export const appendLogBatch = async (db: Db, batch: LogBatch): Promise<readonly string[]> => {
  try {
    return await callAppendLog(db, batch)
  } catch (error) {
    if (!isMissingPartition(error)) throw error
    await ensureLogPartitions(db, batch.tenantId)
    return await callAppendLog(db, batch)
  }
}

/**
 * Forgets writers whose last batch is more than a day old: no server retries a batch for that long.
 * Reads the whole table, which has a row per tenant and server start of the last day.
 */
export const forgetIdleLogWriters = async (db: Db): Promise<void> => {
  const yesterday = sql<string>`'900' || to_char(now() at time zone 'UTC' - interval '1 day', 'YYYYMMDDHH24MISSMS')`
  await db.deleteFrom('log_writers').where('id_prefix', '<', yesterday).execute()
}
