/** Runs a command to its end, with a limit on its time and on what is kept of its output. */

import { spawn } from 'node:child_process'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly timeoutMs: number
  readonly maxOutputBytes: number
}

/** `code` is undefined for a command that could not be started, took too long, or said too much. */
export interface CommandResult {
  readonly code: number | undefined
  readonly stdout: string
  readonly isTimeout: boolean
}

/** Never rejects. Whatever the command has started is ended with it. */
export const runCommand = ({
  file,
  args,
  cwd,
  env,
  stdin,
  timeoutMs,
  maxOutputBytes,
}: Command): Promise<CommandResult> =>
  new Promise(resolve => {
    const child = spawn(file, args, { cwd, env, stdio: ['pipe', 'pipe', 'ignore'], detached: true })
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
    const finish = (code: number | null): void => {
      clearTimeout(alarm)
      end()
      const isWhole = !isTimeout && bytes <= maxOutputBytes
      resolve({ code: isWhole ? (code ?? undefined) : undefined, stdout: Buffer.concat(chunks).toString(), isTimeout })
    }
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxOutputBytes) chunks.push(chunk)
      else end()
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin ?? '')
    child.on('error', () => finish(null))
    child.on('close', code => finish(code))
  })
