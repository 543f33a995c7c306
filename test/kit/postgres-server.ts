/** A throw-away PostgreSQL server for tests, in a temporary directory. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts'

export interface TestServer {
  readonly connectionString: string
  readonly stop: () => Promise<void>
}

/** Starts the embedded server without durability: its data is thrown away, and tests that crash it start their own. */
export const startTestServer = async (): Promise<TestServer> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'experiment-center-test-'))
  const postgres = await startEmbeddedPostgres({ dataDir })
  await turnOffDurability(postgres.connectionString)
  const stop = async (): Promise<void> => {
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  return { connectionString: postgres.connectionString, stop }
}

const turnOffDurability = async (connectionString: string): Promise<void> => {
  const admin = new pg.Client({ connectionString })
  await admin.connect()
  await admin.query('alter system set fsync = off')
  await admin.query('select pg_reload_conf()')
  await admin.end()
}
