/** One run of the embedded PostgreSQL's main process, from its start to its end. */

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../../base/startup-error.ts'
import type { PostgresAccount } from './postgres-account.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { DIRECTORY_ARGUMENT, POSTGRES_ENVIRONMENT, type PostgresCluster } from './postgres-cluster.ts'
import type { PostgresLog } from './postgres-log.ts'
import { stopClusterProcesses } from './postgres-processes.ts'

export interface PostmasterOptions {
  readonly binaries: PostgresBinaries
  readonly account: PostgresAccount
  readonly cluster: PostgresCluster
  readonly log: PostgresLog
  /** Gives up waiting for a start that is no longer wanted. */
  readonly signal?: AbortSignal
}

export interface Postmaster {
  readonly child: ChildProcess
  /** How it ended, when it does; never rejects. */
  readonly ended: Promise<string>
}

const SOCKET = '.s.PGSQL.5432'

/** Recovery after a crash replays up to 512 MB of log, which a slow disk may need this long for. */
const READY_TIMEOUT_MS = 120_000

const POLL_MS = 5

/** The address of the socket through the open directory: short, for every path of the data directory. */
export const connectionStringOf = ({ descriptor }: PostgresCluster, role: string, database: string): string =>
  `postgresql://${role}@/${database}?host=/proc/${process.pid}/fd/${descriptor}&sslmode=disable`

/**
 * Starts PostgreSQL and waits until it accepts connections. Processes that an earlier server left behind are
 * stopped first: taking them over would leave them with that server's settings and program.
 * Only the holder of the data directory's lock may call this.
 *
 * @throws StartupError with the last line of PostgreSQL's log
 */
export const startPostmaster = async (options: PostmasterOptions): Promise<Postmaster> => {
  const { binaries, account, cluster, log } = options
  await stopClusterProcesses(cluster)
  await refuseForeignPostmaster(cluster)
  forgetDeadPostmaster(cluster)
  const before = log.size()
  const child = spawn(binaries.postgres, ['-D', DIRECTORY_ARGUMENT, '-c', `cluster_name=${cluster.name}`], {
    ...account.identity,
    cwd: '/',
    env: POSTGRES_ENVIRONMENT,
    stdio: ['ignore', log.descriptor, log.descriptor, cluster.descriptor],
    detached: true, // Ctrl-C in a terminal must reach the server first, which stops PostgreSQL when it has finished
  })
  child.unref()
  const ended = untilEnded(child)
  const outcome = await untilReady(options, child)
  if (outcome === 'ready') return { child, ended }
  await stopClusterProcesses(cluster)
  const reason = log.readFrom(before).trim().split('\n').at(-1) || outcome
  throw new StartupError(`PostgreSQL did not start: ${reason} (its log is ${log.path}).`)
}

const untilEnded = (child: ChildProcess): Promise<string> =>
  new Promise(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })

/** `ready`, or why not. */
const untilReady = async ({ cluster, signal }: PostmasterOptions, child: ChildProcess): Promise<string> => {
  const deadline = performance.now() + READY_TIMEOUT_MS
  for (;;) {
    if (child.pid === undefined) return 'the program cannot be run'
    if (child.exitCode !== null || child.signalCode !== null) return 'it ended'
    if (isReady(cluster.directory, child.pid)) return 'ready'
    if (signal?.aborted) return 'the server is stopping'
    if (performance.now() > deadline) return `it was not ready after ${READY_TIMEOUT_MS / 1000} s`
    await sleep(POLL_MS)
  }
}

/** PostgreSQL's own announcement: line 1 is its process, line 8 its state. */
const isReady = (directory: string, pid: number): boolean => {
  try {
    const lines = readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
  } catch {
    return false
  }
}

/**
 * A PostgreSQL that answers although no process of it can be seen runs in another container on the same
 * volume, left behind by a server that has died there. Two on the same files would destroy them.
 */
const refuseForeignPostmaster = async ({ directory, descriptor }: PostgresCluster): Promise<void> => {
  const socket = connect(`/proc/self/fd/${descriptor}/${SOCKET}`)
  const answers = await new Promise<boolean>(resolve => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
  socket.destroy()
  if (answers) {
    throw new StartupError(`PostgreSQL on ${directory} still runs in another container: stop that container first.`)
  }
}

/**
 * Removes the files by which PostgreSQL would believe that it still runs. They name a process, and after a
 * crash of the machine that number may be empty or belong to any other program. That no process of the
 * cluster is left has been established without them.
 */
const forgetDeadPostmaster = ({ directory }: PostgresCluster): void => {
  for (const name of ['postmaster.pid', `${SOCKET}.lock`, SOCKET]) {
    rmSync(join(directory, name), { force: true })
  }
}
