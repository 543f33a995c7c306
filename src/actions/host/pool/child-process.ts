/** Starts a child with as little as it can live on: no environment, no files, no right to start anything. */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import { LIMITS } from '../../contract/limits.ts'
import { childAccount } from '../child-account.ts'

const SHELL = '/bin/sh'

const require = createRequire(import.meta.url)

/** Where the native module of isolated-vm lies for this Node and this machine. */
const addonPath = (): string => {
  const main = require.resolve('isolated-vm')
  const locate = createRequire(main)('node-gyp-build') as { readonly path: (folder: string) => string } // its documented shape
  return locate.path(dirname(main))
}

/**
 * Nothing is compiled to machine code (`--jitless`): most ways out of V8 begin in its compilers, and without the
 * address space that they reserve for each isolate a limit on memory can be tight. It costs CPU-bound code a factor.
 *
 * The permission model refuses files, processes and worker threads; isolates cannot reach it, it is there for code
 * that has broken out of one. It does not restrict the network: the environment and the account must.
 */
const nodeArguments = (addon: string, program: string): readonly string[] => [
  '--no-node-snapshot',
  '--jitless',
  '--permission',
  '--allow-addons',
  `--allow-fs-read=${addon}`,
  '--no-warnings',
  '--title=experiment-center-actions',
  '-e',
  program,
  addon,
]

/** Each limit by itself: a shell that does not know one still sets the others. No core file, no file at all. */
const SHELL_LIMITS = ['ulimit -c 0', 'ulimit -f 0', 'ulimit -n 64', `ulimit -d ${Math.floor(LIMITS.dataBytes / 1024)}`]
  .map(limit => `${limit} 2>/dev/null`)
  .join('; ')

export interface StartedChild {
  readonly process: ChildProcess
  readonly pipe: Duplex
  /** What the child says when it cannot start; nothing else comes this way. */
  readonly complaints: Readable
}

/** What to start for a child, and as whom. @throws when no account can be had that can read what it needs */
const commandOf = (program: string) => {
  const addon = addonPath()
  const { identity, pathOf } = childAccount('sandbox', [addon])
  const node = pathOf(process.execPath)
  const args = nodeArguments(pathOf(addon), program)
  const limited = ['-c', `${SHELL_LIMITS}; exec "$0" "$@"`, node, ...args]
  const [file, given] = existsSync(SHELL) ? [SHELL, limited] : [node, args]
  return { file, args: given, identity }
}

const OPTIONS = { env: { TZ: 'UTC' }, cwd: '/', stdio: ['ignore', 'ignore', 'pipe', 'pipe'] } satisfies SpawnOptions

/** A child that cannot be started is one that says why and ends, as if it had failed by itself. */
const spawnChild = (program: string): ChildProcess => {
  try {
    const { file, args, identity } = commandOf(program)
    return spawn(file, args, { ...OPTIONS, ...identity })
  } catch (error) {
    return spawn(SHELL, ['-c', 'echo "$0" >&2', String(error)], OPTIONS)
  }
}

/** @param program text of the child; see `sandbox-text.ts` */
export const startChild = (program: string): StartedChild => {
  const child = spawnChild(program)
  return { process: child, pipe: child.stdio[3] as Duplex, complaints: child.stderr as Readable } // pipes were asked for
}
