/** Runs a command to its end, with a limit on its time, its memory, its files and on what is kept of its output. */

import { type ChildProcessByStdio, type SpawnOptions, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Account } from '../../../base/own-account.ts'
import { type KernelLimits, limited } from './limited.ts'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly timeoutMs: number
  readonly maxOutputBytes: number
  readonly limits: KernelLimits
  /** As whom it runs; default: as the server. */
  readonly identity?: Partial<Account>
  /** Ends the command. */
  readonly signal?: AbortSignal
}

/** `code` is undefined for a command that could not be started, took too long, said too much, or was ended. */
export interface CommandResult {
  readonly code: number | undefined
  readonly stdout: string
  readonly isTimeout: boolean
  /** What ended the command, where that was not this process. */
  readonly signal: string | undefined
}

type Started = ChildProcessByStdio<Writable, Readable, null>

/** Undefined where the system gives this server no other account: Node throws that, unlike other failures. */
const startCommand = (command: Command): Started | undefined => {
  const { file, args } = limited(command, command.limits)
  const options: SpawnOptions = { ...command.identity, cwd: command.cwd, env: command.env, detached: true }
  try {
    return spawn(file, args, { ...options, stdio: ['pipe', 'pipe', 'ignore'] })
  } catch {
    return undefined
  }
}

/** Never rejects. All that the command has started is ended with it. */
export const runCommand = (command: Command): Promise<CommandResult> =>
  new Promise(resolve => {
    const { stdin, timeoutMs, maxOutputBytes, signal } = command
    const child = startCommand(command)
    if (!child) return resolve({ code: undefined, stdout: '', isTimeout: false, signal: undefined })
    const chunks: Buffer[] = []
    let bytes = 0
    let isTimeout = false
    const end = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    const alarm = setTimeout(() => {
      isTimeout = true
      end()
    }, timeoutMs)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
    const finish = (code: number | null, by: string | null = null): void => {
      clearTimeout(alarm)
      signal?.removeEventListener('abort', end)
      end()
      const isWhole = !isTimeout && bytes <= maxOutputBytes
      const stdout = Buffer.concat(chunks).toString()
      resolve({ code: isWhole ? (code ?? undefined) : undefined, stdout, isTimeout, signal: by ?? undefined })
    }
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxOutputBytes) chunks.push(chunk)
      else end()
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin ?? '')
    child.on('error', () => finish(null))
    child.on('close', finish)
  })
