/** Finds and stops the processes of one PostgreSQL cluster, of any parent. */

import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../../base/startup-error.ts'

/** What each way of stopping means to a postmaster, and how many milliseconds it gets. */
const ESCALATION = [
  { signal: 'SIGINT', patienceMs: 3_000 }, // fast: transactions are rolled back, a checkpoint is written
  { signal: 'SIGQUIT', patienceMs: 1_000 }, // immediate: the next start recovers
  { signal: 'SIGKILL', patienceMs: 500 },
] as const

const POLL_MS = 5

/** What is needed to recognise the processes of a cluster. */
export interface ClusterIdentity {
  /** Unique on this machine; part of every command line. */
  readonly name: string
  /** The account that they run as: no other account can stand in the way by choosing such a command line. */
  readonly uid: number
}

interface ClusterProcess {
  readonly pid: number
  readonly isPostmaster: boolean
}

/**
 * The account's processes whose command line carries the cluster's name. Command lines can be read by
 * every process, in containers too, and unlike a process id in a file they are never out of date.
 */
export const listClusterProcesses = ({ name, uid }: ClusterIdentity): readonly ClusterProcess[] =>
  readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .flatMap(pid => {
      const command = readProcess(pid, 'cmdline')
      const isPostmaster = command.includes(`\0cluster_name=${name}\0`)
      const isBackend = command.startsWith(`postgres: ${name}: `)
      return (isPostmaster || isBackend) && runsAs(pid, uid) ? [{ pid: Number(pid), isPostmaster }] : []
    })

const runsAs = (pid: string, uid: number): boolean => {
  const [, real, effective] = /^Uid:\t(\d+)\t(\d+)/m.exec(readProcess(pid, 'status')) ?? []
  return Number(real) === uid && Number(effective) === uid
}

const readProcess = (pid: string, file: 'cmdline' | 'status'): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return '' // it has just ended
  }
}

/**
 * Stops every process of the cluster and waits for the last one, 4.5 s at most. Backends that have
 * lost their postmaster end by themselves or are stopped like one.
 *
 * @throws StartupError when a process outlives SIGKILL or belongs to another account
 */
export const stopClusterProcesses = async (cluster: ClusterIdentity): Promise<void> => {
  for (const { signal, patienceMs } of ESCALATION) {
    const running = listClusterProcesses(cluster)
    const postmasters = running.filter(found => found.isPostmaster)
    const addressed = postmasters.length > 0 && signal !== 'SIGKILL' ? postmasters : running
    for (const { pid } of addressed) kill(pid, signal)
    if (await areGone(cluster, patienceMs)) return
  }
  const left = listClusterProcesses(cluster).map(found => found.pid)
  throw new StartupError(`PostgreSQL is still running (process ${left.join(', ')}) and does not stop.`)
}

const kill = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // ended meanwhile, or not ours: what counts is whether it is gone in the end
  }
}

const areGone = async (cluster: ClusterIdentity, patienceMs: number): Promise<boolean> => {
  const deadline = performance.now() + patienceMs
  while (listClusterProcesses(cluster).length > 0) {
    if (performance.now() > deadline) return false
    await sleep(POLL_MS)
  }
  return true
}
