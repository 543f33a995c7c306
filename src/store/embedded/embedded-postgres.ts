/** The embedded PostgreSQL: starts with the server, is restarted when it dies, stops with the server. */

import { closeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { makeDirectory } from '../../base/make-directory.ts'
import { StartupError } from '../../base/startup-error.ts'
import { lockDataDirectory } from './embedded-postgres-lock.ts'
import { resolvePostgresAccount } from './postgres-account.ts'
import { preparePostgresBinaries } from './postgres-binaries.ts'
import { configureCluster, openCluster } from './postgres-cluster.ts'
import { DATABASE, ROLE } from './postgres-configuration.ts'
import { openPostgresLog } from './postgres-log.ts'
import { connectionStringOf } from './postgres-postmaster.ts'
import { type PostgresLogger, supervisePostgres } from './postgres-supervisor.ts'

export interface EmbeddedPostgresOptions {
  /** Holds `postgres/`, `postgres.log` and `server.lock`; made if it is not there. */
  readonly dataDir: string
  readonly logger?: PostgresLogger
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Valid on this machine while this process lives. */
  readonly connectionString: string
  /** Stops PostgreSQL, within 5 s, and gives the data directory back. */
  readonly stop: () => Promise<void>
}

const SILENT: PostgresLogger = { info: () => {}, error: () => {} }

/** Copies of the program that an unprivileged account can reach; only root makes them here. */
const SYSTEM_CACHE = '/var/cache/experiment-center'

/**
 * Starts PostgreSQL on a data directory, which this process then owns until `stop` or its death.
 *
 * @throws StartupError with one sentence: the directory is in use, cannot be written, or PostgreSQL does not run here
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const dataDir = resolve(options.dataDir)
  await using cleanup = new AsyncDisposableStack()
  try {
    makeDirectory(dataDir, 0o700)
    const lock = lockDataDirectory(dataDir)
    cleanup.defer(lock.release)
    const account = resolvePostgresAccount(dataDir)
    const binaries = preparePostgresBinaries(account, account.identity.uid === undefined ? dataDir : SYSTEM_CACHE)
    const cluster = await openCluster(dataDir, account, binaries)
    cleanup.defer(() => closeSync(cluster.descriptor))
    const log = openPostgresLog(join(dataDir, 'postgres.log'))
    cleanup.defer(log.close)
    await configureCluster(cluster, account)
    const supervisor = await supervisePostgres({ binaries, account, cluster, log }, options.logger ?? SILENT)
    cleanup.defer(supervisor.stop)
    await requireDatabase(connectionStringOf(cluster, ROLE, 'postgres'))
    const owned = cleanup.move()
    let stopped: Promise<void> | undefined
    const stop = (): Promise<void> => (stopped ??= owned.disposeAsync())
    return { connectionString: connectionStringOf(cluster, ROLE, DATABASE), stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    throw isSystemError(error)
      ? new StartupError(`The database in DATA_DIR ${dataDir} cannot be started: ${error.message}.`)
      : error
  }
}

/** The server's own database, apart from `postgres`, which tools expect to be empty. */
const requireDatabase = async (connectionString: string): Promise<void> => {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {}) // the query under way fails with the same error
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`create database ${DATABASE}`)
  } finally {
    await client.end()
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error
