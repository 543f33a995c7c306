/** How many events `logs export` writes in a second, from a server beside it to a file, and how much memory that takes. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRandom } from '../src/base/random.ts'
import { startServerProcess } from '../src/cli/demo/server-process.ts'
import { FORMATS } from '../src/cli/logs/formats/index.ts'
import { LOG_EVENTS } from '../src/logs/events/index.ts'
import { createTenantLog } from '../src/logs/record/record.ts'
import { toTenantId } from '../src/model/ids.ts'
import { openDatabase } from '../src/store/database/database.ts'
import { startEmbeddedPostgres } from '../src/store/embedded/embedded-postgres.ts'
import { verdict } from './summary.ts'

const EVENTS = 100_000
const AT_ONCE = 2_000
const AIM = 8_000
const AIM_MB = 500

const { log_id: _, _id: __, tenant_name: ___, environment_name: ____, ...example } = LOG_EVENTS.s.examples[0]

const fill = async (connectionString: string): Promise<void> => {
  const { db, close } = openDatabase({ connectionString })
  const log = createTenantLog({ db, random: systemRandom })
  for (let n = 0; n < EVENTS; n += AT_ONCE) {
    const record = (at: number) =>
      log.record({
        ...example,
        tenant_id: toTenantId('dev'),
        type: 's',
        date: Date.now(),
        user_id: `auth0|${n + at}`,
        details: { ...(example.details as object), transaction_id: `transaction-${n + at}` }, // an object in every example
      })
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => record(at)))
  }
  await log[Symbol.asyncDispose]()
  await close()
}

/** The most memory that a process has had, in MB; Linux only, elsewhere not a number. */
const peakOf = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}

const exportTo = async (file: string, format: string, environment: NodeJS.ProcessEnv) => {
  const started = performance.now()
  const args = ['src/main.ts', 'logs', 'export', '--quiet', '--format', format, '--out', file]
  const child = spawn(process.execPath, args, { env: environment, stdio: 'inherit' })
  let peakMb = 0
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, peakOf(child.pid ?? 0) || 0)
  }, 50)
  await once(child, 'exit')
  clearInterval(watch)
  return { perSecond: (EVENTS * 1000) / (performance.now() - started), peakMb, bytes: statSync(file).size }
}

/** Prints events per second, the size of the file and the memory, for each format. */
export const run = async (): Promise<void> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'experiment-center-'))
  const postgres = await startEmbeddedPostgres({ dataDir })
  const environment = { ...process.env, DATA_DIR: dataDir, DATABASE_URL: postgres.connectionString, PORT: '38917' }
  const server = await startServerProcess({ ...environment, LOG_LEVEL: 'warn' })
  try {
    await fill(postgres.connectionString)
    for (const format of Object.keys(FORMATS)) {
      const { perSecond, peakMb, bytes } = await exportTo(join(dataDir, `log.${format}`), format, environment)
      const figure = `${Math.round(perSecond).toLocaleString('en')}/s, ${Math.round(peakMb)} MB`
      const what = `${EVENTS.toLocaleString('en')} events to ${format}, ${Math.round(bytes / 1e6)} MB`
      const bound = `${AIM.toLocaleString('en')}/s, ${AIM_MB} MB`
      console.log(verdict(what, figure, bound, perSecond >= AIM && !(peakMb > AIM_MB)))
    }
  } finally {
    await server.stop()
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

if (import.meta.main) await run()
