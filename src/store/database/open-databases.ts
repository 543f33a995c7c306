/** Opens the server's database, its own or the operator's, with pools for what must not wait for each other. */

import { atMostEveryMinute } from '../../base/at-most-every-minute.ts'
import { startEmbeddedPostgres } from '../embedded/embedded-postgres.ts'
import type { PostgresLogger } from '../embedded/postgres-supervisor.ts'
import { type DatabaseOptions, type Db, openDatabase } from './database.ts'
import { migrateDatabase } from './migrate.ts'

export interface DatabasesOptions {
  /** Holds the embedded PostgreSQL. */
  readonly dataDir: string
  /** A PostgreSQL of the operator's; without it the embedded one is started. */
  readonly databaseUrl: string | undefined
  /** Most connections altogether, at least 6. */
  readonly maxConnections: number
  readonly logger: PostgresLogger & { warn(context: object, message: string): void }
}

export interface Databases extends AsyncDisposable {
  readonly connectionString: string
  /** A commit that was answered is on disk. */
  readonly db: Db
  /** A commit may be lost in a crash: for the steps of logins whose success no user was told. */
  readonly volatileDb: Db
  /** For what no login waits for: the Management API and the delivery of streams. */
  readonly managementDb: Db
  /** Of its connections, how many searches may hold at once, and how many lists. */
  readonly readPlaces: number
}

/** Of all connections; one more listens for changes of the configuration. */
export interface PoolSizes {
  readonly durable: number
  readonly volatile: number
  readonly management: number
}

/** About a third is the Management API's; the others are the logins' own, and no caller of the API can take them. */
export const poolSizes = (maxConnections: number): PoolSizes => {
  const shared = maxConnections - 1
  const management = Math.max(2, Math.floor(shared / 3))
  const volatile = Math.floor((shared - management) / 2)
  return { durable: shared - management - volatile, volatile, management }
}

/** Milliseconds. Callers of the Management API who ask for more have their own limits (`time-limit.ts`). */
const MANAGEMENT_STATEMENT_MS = 15_000

/**
 * Opens the pools; the schema is that of this version when it settles.
 *
 * @throws StartupError when the embedded PostgreSQL does not start, or the database is older or newer than this version takes
 */
export const openDatabases = async ({
  dataDir,
  databaseUrl,
  maxConnections,
  logger,
}: DatabasesOptions): Promise<Databases> => {
  await using opening = new AsyncDisposableStack()
  const embedded = databaseUrl ? undefined : opening.use(await startEmbeddedPostgres({ dataDir, logger }))
  const connectionString = databaseUrl ?? embedded?.connectionString ?? ''
  await migrateDatabase({ connectionString })
  const onConnectionLost = atMostEveryMinute((error: Error) =>
    logger.warn({ err: error }, 'connections to the database are lost; new ones are made when they are needed'),
  )
  const open = (options: Omit<DatabaseOptions, 'connectionString'>): Db => {
    const { db, close } = openDatabase({ connectionString, onConnectionLost, ...options })
    opening.defer(close)
    return db
  }
  const sizes = poolSizes(maxConnections)
  const pools = {
    db: open({ max: sizes.durable }),
    volatileDb: open({ max: sizes.volatile, synchronousCommit: 'off' }),
    managementDb: open({
      max: sizes.management,
      statementLimitMs: MANAGEMENT_STATEMENT_MS,
      isSerial: true,
      applicationName: 'experiment-center management',
    }),
  }
  const opened = opening.move()
  const readPlaces = Math.max(1, Math.floor(sizes.management / 3))
  return { connectionString, ...pools, readPlaces, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
