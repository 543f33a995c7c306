/** The pool of connections to PostgreSQL, as a Kysely instance. */

import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Database } from './schema.ts'

export type Db = Kysely<Database>

export interface DatabaseOptions {
  readonly connectionString: string
  /** Most connections at once; default 10. */
  readonly max?: number
  /** `off` answers a commit before it is on disk: only for data that may be lost in a crash. Default: as the server has it. */
  readonly synchronousCommit?: 'on' | 'off'
  /** Milliseconds after which PostgreSQL ends a statement; default 30,000. */
  readonly statementLimitMs?: number
  /** A statement uses one core of the database's machine, however large it is; default as the server has it. */
  readonly isSerial?: boolean
  /** How the connections appear in `pg_stat_activity`. */
  readonly applicationName?: string
  /** Told when an established connection breaks; the pool replaces it by itself. */
  readonly onConnectionLost?: (error: Error) => void
}

export interface DatabaseHandle {
  readonly db: Db
  /** Waits for the queries under way, then closes every connection. */
  readonly close: () => Promise<void>
}

/** Milliseconds. The client's patience is longer than the server's, so that the server's reason is the one seen. */
const TIMEOUT = { connect: 5_000, statement: 30_000, query: 35_000, idleInTransaction: 60_000 } as const

const NUMERIC_OID = pg.types.builtins.NUMERIC

/** `numeric` columns hold weights of at most five digits, which a double carries exactly; `bigint` stays text. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === NUMERIC_OID && format !== 'binary'
      ? Number
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser, // overloads of one function by format
}

const sessionSettings = ({ synchronousCommit, isSerial }: DatabaseOptions): string =>
  [
    ...(synchronousCommit ? [`-c synchronous_commit=${synchronousCommit}`] : []),
    ...(isSerial ? ['-c max_parallel_workers_per_gather=0'] : []),
  ].join(' ')

/**
 * Opens a pool; connections are made when first needed. A connection that breaks, idle or in the
 * middle of a transaction, fails the query that uses it and never the process.
 */
export const openDatabase = (options: DatabaseOptions): DatabaseHandle => {
  const { connectionString, max = 10, statementLimitMs = TIMEOUT.statement, onConnectionLost = () => {} } = options
  const pool = new pg.Pool({
    connectionString,
    max,
    types,
    application_name: options.applicationName ?? 'experiment-center',
    connectionTimeoutMillis: TIMEOUT.connect,
    statement_timeout: statementLimitMs,
    query_timeout: TIMEOUT.query,
    idle_in_transaction_session_timeout: TIMEOUT.idleInTransaction,
    keepAlive: true,
    options: sessionSettings(options),
  })
  // The pool only listens to idle connections; one that breaks between two queries of a transaction is ours to hear.
  let isClosing = false
  pool.on('connect', client => client.on('error', error => !isClosing && onConnectionLost(error)))
  pool.on('error', () => {})
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  const close = (): Promise<void> => {
    // The pool settles before its goodbyes are read, so a server that stops next may still complain.
    isClosing = true
    return db.destroy()
  }
  return { db, close }
}
