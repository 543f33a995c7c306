/** A process that owns an embedded PostgreSQL, for tests that kill it: `node embedded-postgres-process.ts DATA_DIR`. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startEmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.ts'

export interface EmbeddedPostgresProcess {
  readonly child: ChildProcess
  /** What it printed when PostgreSQL was ready, else why not. */
  readonly outcome: { readonly connectionString: string } | { readonly failure: string; readonly code: number | null }
}

/** Starts the process, as another user when told, and waits for its first sentence. */
export const startEmbeddedPostgresProcess = async (
  dataDir: string,
  identity: { readonly uid?: number; readonly gid?: number } = {},
): Promise<EmbeddedPostgresProcess> => {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), dataDir], {
    ...identity,
    cwd: '/',
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let complaint = ''
  child.stderr?.on('data', chunk => {
    complaint += chunk
  })
  const spoke = new Promise<void>(resolve => {
    child.stdout?.on('data', chunk => {
      said += chunk
      if (said.includes('\n')) resolve()
    })
  })
  const closed = once(child, 'close')
  await Promise.race([spoke, closed])
  return said
    ? { child, outcome: { connectionString: said.trim() } }
    : { child, outcome: { failure: complaint.trim(), code: child.exitCode } }
}

const main = async (dataDir: string): Promise<void> => {
  const postgres = await startEmbeddedPostgres({ dataDir })
  const keepAlive = setInterval(() => {}, 60_000)
  process.once('SIGTERM', async () => {
    await postgres.stop()
    clearInterval(keepAlive)
  })
  console.log(postgres.connectionString)
}

if (import.meta.main) {
  await main(process.argv[2] ?? '').catch(error => {
    console.error(error.message)
    process.exitCode = 1
  })
}
