/** Opens the server's database, its own or the operator's, with pools for what must not wait for each other. */

import { atMostEveryMinute } from '../base/at-most-every-minute.ts'
import { type Db, openDatabase } from './database.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { migrateDatabase } from './migrate.ts'
import type { PostgresLogger } from './postgres-supervisor.ts'

export interface DatabasesOptions {
  /** Holds the embedded PostgreSQL. */
  readonly dataDir: string
  /** A PostgreSQL of the operator's; without it the embedded one is started. */
  readonly databaseUrl: string | undefined
  /** Most connections of all pools together, at least 4. */
  readonly maxConnections: number
  readonly logger: PostgresLogger & { warn(context: object, message: string): void }
}

export interface Databases extends AsyncDisposable {
  readonly connectionString: string
  /** A commit that was answered is on disk. */
  readonly db: Db
  /** A commit may be lost in a crash: for the steps of logins whose success no user was told. */
  readonly volatileDb: Db
}

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
  const open = (options: { readonly synchronousCommit?: 'off' } = {}): Db => {
    const { db, close } = openDatabase({
      connectionString,
      max: Math.floor(maxConnections / 2),
      onConnectionLost,
      ...options,
    })
    opening.defer(close)
    return db
  }
  const pools = { db: open(), volatileDb: open({ synchronousCommit: 'off' }) }
  const opened = opening.move()
  return { connectionString, ...pools, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
