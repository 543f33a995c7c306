/** `serve`: runs the server until it is told to stop. */

import { loadConfig } from '../config/config.ts'

/** Milliseconds within which a stop must be done; scripts count on five seconds. */
const STOP_WITHIN_MS = 4_500

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/**
 * Starts the server, says `ready ISSUER in N ms` and serves until SIGTERM or Ctrl-C.
 *
 * @param args settings as `--port 3000`; they win over the environment
 * @returns the exit code: 0 after a stop in good order, 1 when the stop took too long
 */
export const serve = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  const config = loadConfig(environment, args)
  const { startApp } = await import('../app.ts')
  const asked = Promise.withResolvers<void>()
  for (const signal of SIGNALS) process.once(signal, () => asked.resolve())
  const app = await startApp(config)
  // Counted from the start of the process, because that is what a person waits for.
  console.log(`ready ${config.issuer} in ${Math.round(performance.now())} ms`)
  await asked.promise
  // A second signal, or a stop that hangs, ends the process at once.
  for (const signal of SIGNALS) process.once(signal, () => process.exit(1))
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref()
  await app.close()
  return 0
}
