/** Finds and stops the processes of one PostgreSQL cluster, whoever started them. */

import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../base/startup-error.ts'

/** What each way of stopping means to a postmaster, and how many milliseconds it gets. */
const ESCALATION = [
  { signal: 'SIGINT', patienceMs: 3_000 }, // fast: transactions are rolled back, a checkpoint is written
  { signal: 'SIGQUIT', patienceMs: 1_000 }, // immediate: the next start recovers
  { signal: 'SIGKILL', patienceMs: 500 },
] as const

const POLL_MS = 5

interface ClusterProcess {
  readonly pid: number
  readonly isPostmaster: boolean
}

/**
 * The processes whose command line carries the cluster's name. Command lines can be read by
 * everybody, in containers too, and unlike a process id in a file they are never out of date.
 */
export const listClusterProcesses = (clusterName: string): readonly ClusterProcess[] =>
  readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .flatMap(pid => {
      const command = readCommandLine(pid)
      const isPostmaster = command.includes(`\0cluster_name=${clusterName}\0`)
      const isBackend = command.startsWith(`postgres: ${clusterName}: `)
      return isPostmaster || isBackend ? [{ pid: Number(pid), isPostmaster }] : []
    })

const readCommandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // it has just ended
  }
}

/**
 * Stops every process of the cluster and waits for the last one, 4.5 s at most. Backends that have
 * lost their postmaster end by themselves or are stopped like one.
 *
 * @throws StartupError when a process outlives SIGKILL or belongs to somebody else
 */
export const stopClusterProcesses = async (clusterName: string): Promise<void> => {
  for (const { signal, patienceMs } of ESCALATION) {
    const running = listClusterProcesses(clusterName)
    const postmasters = running.filter(found => found.isPostmaster)
    const addressed = postmasters.length > 0 && signal !== 'SIGKILL' ? postmasters : running
    for (const { pid } of addressed) kill(pid, signal)
    if (await areGone(clusterName, patienceMs)) return
  }
  const left = listClusterProcesses(clusterName).map(found => found.pid)
  throw new StartupError(`PostgreSQL is still running (process ${left.join(', ')}) and does not stop.`)
}

const kill = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // ended meanwhile, or not ours: what counts is whether it is gone in the end
  }
}

const areGone = async (clusterName: string, patienceMs: number): Promise<boolean> => {
  const deadline = performance.now() + patienceMs
  while (listClusterProcesses(clusterName).length > 0) {
    if (performance.now() > deadline) return false
    await sleep(POLL_MS)
  }
  return true
}
