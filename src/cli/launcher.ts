/**
 * Notices the end of the npm that started this process. npm passes a signal on to the shell that it runs a script in, and
 * the shell dies of it alone: `kill` of `npx experiment-center serve` would leave the server running.
 */

import { readFileSync } from 'node:fs'

/** What the system says of processes. */
export interface ProcessTable {
  /** The words of a command line; empty when there is no such process, or the system does not tell. */
  commandOf(pid: number): readonly string[]
  parentOf(pid: number): number | undefined
}

const readProcess = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** The name before it is in brackets and may hold anything. */
const parentInTable = (pid: number): number | undefined =>
  Number(readProcess(pid, 'stat').split(') ').at(-1)?.split(' ')[1]) || undefined

const systemProcesses: ProcessTable = {
  commandOf: pid => readProcess(pid, 'cmdline').split(/[\0 ]/).filter(Boolean),
  parentOf: pid => (pid === process.pid ? process.ppid : parentInTable(pid)),
}

/** `npm start`, as npm calls itself, or `node …/npm-cli.js start`; what else runs the scripts of a package is called likewise. */
const PACKAGE_MANAGER = /(^|\/)(npm|npx|pnpm|yarn)(-cli)?(\.[cm]?js)?$/

/** A script that leaves its command to itself on purpose. */
const LEAVES_IT = /(^|[^&>])&(?![&>])|\b(nohup|setsid|disown)\b/

/**
 * The processes without which this one is not wanted, as pairs of a child and its parent: npm, and the shell between the two
 * if there is one. Empty for a process that npm did not start, or started in the background.
 *
 * @param self process id of this process
 */
export const launcherLinks = (
  self: number,
  processes: ProcessTable,
  environment: NodeJS.ProcessEnv,
): readonly (readonly [number, number])[] => {
  const script = environment.npm_lifecycle_script
  const parent = processes.parentOf(self)
  if (script === undefined || parent === undefined) return []
  const isNpm = (pid: number): boolean =>
    processes
      .commandOf(pid)
      .slice(0, 2)
      .some(word => PACKAGE_MANAGER.test(word))
  if (isNpm(parent)) return [[self, parent]]
  const above = processes.parentOf(parent)
  if (above === undefined || !isNpm(above) || LEAVES_IT.test(script)) return []
  return [
    [self, parent],
    [parent, above],
  ]
}

const LOOK_MS = 200

/** Sends this process the signal that npm was sent, or would have been, when npm or its shell has ended before it. */
export const followLauncher = (environment: NodeJS.ProcessEnv): void => {
  const links = launcherLinks(process.pid, systemProcesses, environment)
  if (links.length === 0) return
  const timer = setInterval(() => {
    // What cannot be read at the moment has not ended: the shell that has is not this process's parent any more.
    if (links.every(([child, parent]) => (systemProcesses.parentOf(child) ?? parent) === parent)) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, LOOK_MS)
  timer.unref()
}
