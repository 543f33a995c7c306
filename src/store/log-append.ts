/** Writes a batch of log events: ids in the order of commits, and never the same batch twice. */

import { type Kysely, sql } from 'kysely'
import type { TenantId } from '../model/ids.ts'
import { ensureLogPartitions } from './log-partitions.ts'
import type { Database } from './schema.ts'

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

interface Written {
  readonly id_prefix: string
  readonly first_counter: string
}

const COUNTER_DIGITS = 36

/** Ids of a batch share their prefix (`900` and the UTC time); the counter makes them grow. */
const toLogIds = ({ id_prefix, first_counter }: Written, count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    const counter = Number(first_counter) + index
    return id_prefix + String(counter).padStart(COUNTER_DIGITS, '0')
  })

/**
 * One statement, so one transaction. Invariants, in the order in which its rows are locked:
 * 1. `head`: the tenant's row stays locked until the commit, and a commit is visible before its locks are free.
 *    So ids grow in the order of commits across all servers, and a reader that has seen an id never meets a
 *    smaller new one. The time in the id is the database's and never goes back.
 * 2. `writer`: gives no row when this batch, or a later one of this writer, is committed. A retry waits for
 *    an earlier attempt that still runs, on the locks of `head`, and then finds its mark here.
 */
const insertBatch = async (db: Kysely<Database>, batch: LogBatch): Promise<Written | undefined> => {
  const { tenantId, writerId, number, documents } = batch
  const { rows } = await sql<Written>`
    with head as (
      insert into log_heads as head (tenant_id, last_ms, counter)
      values (${tenantId}, floor(extract(epoch from clock_timestamp()) * 1000), ${documents.length})
      on conflict (tenant_id) do update
        set last_ms = greatest(head.last_ms, excluded.last_ms), counter = head.counter + excluded.counter
      returning last_ms, counter - ${documents.length} as first_counter
    ), writer as (
      insert into log_writers as writer (tenant_id, writer_id, batch, id_prefix, first_counter)
      select ${tenantId}, ${writerId}, ${number},
        '900' || to_char(timestamp 'epoch' + last_ms * interval '1 millisecond', 'YYYYMMDDHH24MISSMS'), first_counter
      from head
      on conflict (tenant_id, writer_id) do update
        set batch = excluded.batch, id_prefix = excluded.id_prefix, first_counter = excluded.first_counter
        where writer.batch < excluded.batch
      returning id_prefix, first_counter
    ), event as (
      insert into logs (tenant_id, log_id, date, type, user_id, document)
      select ${tenantId}, id_prefix || lpad((first_counter + position - 1)::text, ${COUNTER_DIGITS}, '0'),
        (document ->> 'date')::timestamptz, document ->> 'type', document ->> 'user_id', document
      from writer, jsonb_array_elements(${`[${documents.join(',')}]`}::jsonb) with ordinality as given (document, position)
    )
    select id_prefix, first_counter from writer`.execute(db)
  return rows[0]
}

/** What an earlier attempt of the batch committed, when its answer was lost. */
const findBatch = async (db: Kysely<Database>, { tenantId, writerId, number }: LogBatch): Promise<Written> =>
  await db
    .selectFrom('log_writers')
    .select(['id_prefix', 'first_counter'])
    .where('tenant_id', '=', tenantId)
    .where('writer_id', '=', writerId)
    .where('batch', '=', String(number))
    .executeTakeFirstOrThrow(() => new TypeError(`batch ${number} was overtaken by a later one of the same writer`))

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
 * after a failure is safe: whatever became of the first attempt, the events are in the log exactly once.
 */
export const appendLogBatch = async (db: Kysely<Database>, batch: LogBatch): Promise<readonly string[]> => {
  const written = await insertBatch(db, batch).catch(async error => {
    if (!isMissingPartition(error)) throw error
    await ensureLogPartitions(db, batch.tenantId)
    return insertBatch(db, batch)
  })
  return toLogIds(written ?? (await findBatch(db, batch)), batch.documents.length)
}

/**
 * Forgets writers whose last batch is more than a day old: nobody retries a batch for that long.
 * Reads the whole table, which has a row per tenant and server start of the last day.
 */
export const forgetIdleLogWriters = async (db: Kysely<Database>): Promise<void> => {
  const yesterday = sql<string>`'900' || to_char(now() at time zone 'UTC' - interval '1 day', 'YYYYMMDDHH24MISSMS')`
  await db.deleteFrom('log_writers').where('id_prefix', '<', yesterday).execute()
}
