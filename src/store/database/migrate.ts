/** Brings a database to the schema of this version; safe to run in several servers at once. */

import pg from 'pg'
import { StartupError } from '../../base/startup-error.ts'
import { refused, unreachable } from './database-problem.ts'
import { MIGRATIONS, type Migration } from './migrations/index.ts'

export interface MigrateOptions {
  readonly connectionString: string
  /** The table of migrations; another one only in tests. */
  readonly migrations?: readonly Migration[]
}

const OLDEST_SERVER = { number: 150_000, name: '15' } as const

/** The advisory lock under which one server migrates while the others wait. Any constant would do; this one is ours. */
const LOCK_KEY = 0x65_78_63_74

const LOCK_TIMEOUT_MS = 60_000

/**
 * Runs the migrations that the database does not have, in order, each in its own transaction.
 * Opens a connection of its own, because the lock belongs to a session.
 *
 * @returns the names of the migrations that ran
 * @throws StartupError when the database cannot be reached or written, is older than PostgreSQL 15, or newer than this version
 */
export const migrateDatabase = async (options: MigrateOptions): Promise<readonly string[]> => {
  const { connectionString, migrations = MIGRATIONS } = options
  const client = await connect(connectionString)
  try {
    await requireSupportedServer(client)
    await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`)
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY])
    return await applyMissing(client, migrations)
  } catch (error) {
    throw refused(error) ?? error
  } finally {
    await client.end() // releases the lock
  }
}

/** The first connection of a start: what is wrong with the address is found here. */
const connect = async (connectionString: string): Promise<pg.Client> => {
  try {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, application_name: 'migration' })
    client.on('error', () => {}) // a query under way fails with the same error
    await client.connect()
    return client
  } catch (error) {
    throw unreachable(error)
  }
}

const requireSupportedServer = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ number: number; version: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
  )
  const complaint = serverComplaint(rows[0]?.number ?? 0, rows[0]?.version ?? 'of an unknown version')
  if (complaint !== undefined) throw new StartupError(complaint)
}

/** Why a server cannot be used, if so; `number` is its `server_version_num`, such as 150004. */
export const serverComplaint = (number: number, version: string): string | undefined =>
  number < OLDEST_SERVER.number
    ? `The database is PostgreSQL ${version}; PostgreSQL ${OLDEST_SERVER.name} or newer is needed: upgrade it or change DATABASE_URL.`
    : undefined

const applyMissing = async (client: pg.Client, migrations: readonly Migration[]): Promise<readonly string[]> => {
  await client.query(
    'create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())',
  )
  const { rows } = await client.query<{ name: string }>('select name from schema_migrations order by name')
  const applied = new Set(rows.map(row => row.name))
  refuseNewerDatabase([...applied], migrations)
  const missing = migrations.filter(migration => !applied.has(migration.name))
  for (const migration of missing) await applyOne(client, migration)
  return missing.map(migration => migration.name)
}

/** A migration that this version does not know was made by a newer one, whose data this one would misread. */
const refuseNewerDatabase = (applied: readonly string[], migrations: readonly Migration[]): void => {
  const unknown = applied.filter(name => !migrations.some(migration => migration.name === name))
  if (unknown.length > 0) {
    throw new StartupError(
      `The database has been changed by a newer version of the server (${unknown.join(', ')}); run that version or a later one.`,
    )
  }
}

const applyOne = async (client: pg.Client, { name, sql }: Migration): Promise<void> => {
  await client.query('begin')
  try {
    await client.query(sql)
    await client.query('insert into schema_migrations (name) values ($1)', [name])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {}) // the first error is the one to report
    throw error
  }
}
