/** The server as a child process: started, awaited until it is ready, and stopped. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))

export interface ServerProcess extends AsyncDisposable {
  readonly pid: number
  readonly issuer: string
  /** The `ready …` line, for the person at the terminal. */
  readonly readyLine: string
  /** Settles with the exit code when the process has ended, for any reason. */
  readonly ended: Promise<number | null>
  /** Asks for a clean end (SIGTERM) and waits for it. */
  stop(): Promise<number | null>
}

/** The server ended before it was ready; its own words are on standard error. */
export class ServerDidNotStart extends Error {
  override readonly name = 'ServerDidNotStart'
}

/**
 * Starts `serve` with this environment and waits for its `ready` line. Its standard error goes to ours.
 *
 * @param signal asks it to stop, also before it is ready
 * @throws ServerDidNotStart
 */
export const startServerProcess = async (
  environment: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<ServerProcess> => {
  const child = spawn(process.execPath, [MAIN, 'serve'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  signal?.addEventListener('abort', () => child.kill('SIGTERM'))
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null))
  const lines = createInterface({ input: child.stdout })
  const ready = new Promise<string>((resolve, reject) => {
    lines.on('line', line => {
      if (line.startsWith('ready ')) resolve(line)
    })
    ended.then(code => reject(new ServerDidNotStart(`the server ended with exit code ${code} before it was ready`)))
  })
  const readyLine = await ready
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM')
    return ended
  }
  return {
    pid: child.pid ?? 0,
    issuer: readyLine.split(' ')[1] ?? '',
    readyLine,
    ended,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}
