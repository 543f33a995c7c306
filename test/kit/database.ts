/** Fresh, migrated databases for tests: each is a copy of one template. */

import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type Db, openDatabase } from '../../src/store/database/database.ts'
import { migrateDatabase } from '../../src/store/database/migrate.ts'
import { MIGRATIONS } from '../../src/store/database/migrations/index.ts'
import { startTestServer, type TestServer } from './postgres-server.ts'

export interface TestDatabase {
  /** For a second pool, or for a server under test in another process. */
  readonly connectionString: string
  readonly db: Db
  /** Closes the pool and drops the database. */
  readonly close: () => Promise<void>
}

export interface EmptyDatabase {
  readonly connectionString: string
  readonly drop: () => Promise<void>
}

const TEMPLATE = `ec_template_${createHash('sha256').update(JSON.stringify(MIGRATIONS)).digest('hex').slice(0, 16)}`

const TEMPLATE_LOCK = 0x65_78_63_75

let ownServer: Promise<TestServer> | undefined
let template: Promise<void> | undefined

/** The whole run's server (see global-setup.ts), or one for this file alone, which ends with the process. */
const serverUrl = async (): Promise<string> => {
  const given = process.env.TEST_DATABASE_URL
  if (given) return given
  ownServer ??= startTestServer()
  return (await ownServer).connectionString
}

/**
 * A database of its own with every table in it. Costs some 25 to 50 ms; `close` it at the end of the test.
 */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const server = await serverUrl()
  template ??= createTemplate(server)
  await template
  const { connectionString, drop } = await createDatabase(server, TEMPLATE)
  const { db, close } = openDatabase({ connectionString, max: 5, applicationName: 'test' })
  return {
    connectionString,
    db,
    close: async () => {
      await close()
      await drop()
    },
  }
}

/** A database without any table, for tests of the migrations themselves. */
export const createEmptyDatabase = async (): Promise<EmptyDatabase> => createDatabase(await serverUrl(), 'template0')

const createDatabase = async (server: string, from: string): Promise<EmptyDatabase> => {
  const name = `ec_test_${randomBytes(8).toString('hex')}`
  await asAdministrator(server, admin => admin.query(`create database ${name} template ${from} strategy file_copy`))
  return {
    connectionString: withDatabase(server, name),
    drop: async () => {
      await asAdministrator(server, async admin => {
        await untilLeft(admin, name)
        await admin.query(`drop database ${name} with (force)`)
      })
    },
  }
}

/**
 * A pool settles before its goodbyes are read. A connection that is cut in that moment raises an error in a test that
 * has ended, so those who are leaving get a second for it.
 */
const untilLeft = async (admin: pg.Client, name: string): Promise<void> => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { rowCount } = await admin.query('select from pg_stat_activity where datname = $1 limit 1', [name])
    if (rowCount === 0) return
    await delay(10)
  }
}

/** Made once per server, by the first caller; renamed into place when complete, so that half a template is never copied. */
const createTemplate = (server: string): Promise<void> =>
  asAdministrator(server, async admin => {
    await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [TEMPLATE])
    if (rowCount === 1) return
    const unfinished = `${TEMPLATE}_unfinished`
    await admin.query(`drop database if exists ${unfinished} with (force)`)
    await admin.query(`create database ${unfinished} template template0`)
    await migrateDatabase({ connectionString: withDatabase(server, unfinished) })
    await admin.query(`alter database ${unfinished} rename to ${TEMPLATE}`)
  })

const asAdministrator = async <T>(server: string, work: (admin: pg.Client) => Promise<T>): Promise<T> => {
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

/** The same server, another database; works for socket addresses, which have no host part for `URL` to read. */
const withDatabase = (connectionString: string, name: string): string =>
  connectionString.replace(/^([^:]+:\/\/[^/?]*)\/?[^/?]*/, `$1/${name}`)
