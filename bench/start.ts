/** How long a start takes until `ready`, first and with existing data, and what the server weighs at rest. */

import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { startServerProcess } from '../src/cli/demo/server-process.ts'
import { freePort, serverEnvironment, temporaryDirectory } from '../test/kit/server.ts'
import { median, spreadPercent, verdict } from './summary.ts'

const ROUNDS = 5

interface Start {
  readonly milliseconds: number
  /** Resident memory two seconds after `ready`. */
  readonly serverMegabytes: number
  readonly postgresMegabytes: number
}

/** Proportional set size: memory that PostgreSQL's processes share is counted once. */
const megabytes = (pids: readonly string[]): number => {
  const kilobytes = pids.map(pid => {
    const text = execFileSync('cat', [`/proc/${pid}/smaps_rollup`], { encoding: 'utf8' })
    return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0)
  })
  return kilobytes.reduce((sum, value) => sum + value, 0) / 1024
}

const postgresPids = (dataDir: string): string[] => {
  const postmaster = execFileSync('head', ['-1', `${dataDir}/postgres/postmaster.pid`], { encoding: 'utf8' }).trim()
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', postmaster], { encoding: 'utf8' })
  return [postmaster, ...children.trim().split(/\s+/)]
}

const timeStart = async (dataDir: string): Promise<Start> => {
  const started = performance.now()
  const server = await startServerProcess(serverEnvironment({ DATA_DIR: dataDir, PORT: String(await freePort()) }))
  const milliseconds = performance.now() - started
  await delay(2000)
  const weights = {
    serverMegabytes: megabytes([String(server.pid)]),
    postgresMegabytes: megabytes(postgresPids(dataDir)),
  }
  await server.stop()
  return { milliseconds, ...weights }
}

/** Prints the medians of five first starts and five starts on existing data; the time includes Node's own start. */
export const run = async (): Promise<void> => {
  const first: Start[] = []
  const existing: Start[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const dataDir = temporaryDirectory()
    first.push(await timeStart(dataDir))
    existing.push(await timeStart(dataDir))
    rmSync(dataDir, { recursive: true, force: true })
  }
  const report = (what: string, starts: readonly Start[], aim: number): void => {
    const times = starts.map(start => start.milliseconds)
    const time = median(times)
    console.log(
      verdict(what, `${Math.round(time)} ms ± ${spreadPercent(times).toFixed(0)} %`, `≤ ${aim} ms`, time <= aim),
    )
  }
  report('first start to ready', first, 3000)
  report('start with existing data to ready', existing, 1000)
  const weigh = (part: 'serverMegabytes' | 'postgresMegabytes') =>
    Math.round(median(existing.map(start => start[part])))
  console.log(
    `      memory at rest: server ${weigh('serverMegabytes')} MB, PostgreSQL ${weigh('postgresMegabytes')} MB`,
  )
}

if (import.meta.main) await run()
