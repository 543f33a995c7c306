/** `serve`: runs the server until it is told to stop. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../config/config.ts'
import { EXIT } from '../terminal/cli-failure.ts'
import type { Command } from '../terminal/command.ts'
import { onStopRequest } from '../terminal/stop-request.ts'
import { serveHelp } from './serve-help.ts'
import { startMessage } from './start-message.ts'

/** Milliseconds within which a stop must be done; scripts count on five seconds. */
const STOP_WITHIN_MS = 4_500

/**
 * Starts the server, says `ready ISSUER in N ms` and serves until it is asked to stop: SIGTERM, Ctrl-C, the end of its terminal.
 *
 * @param args settings as `--port 3000`; they win over the environment
 * @returns the exit code: 0 after a stop in good order, 1 when the stop took too long
 */
const run = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  const config = loadConfig(environment, args)
  const { startApp } = await import('../../app.ts')
  const asked = Promise.withResolvers<void>()
  onStopRequest({ stop: asked.resolve, again: () => process.exit(1) })
  const app = await startApp(config)
  const credentialsFile = join(config.dataDir, 'credentials.json')
  const lines = startMessage({
    issuer: config.issuer,
    elapsedMs: performance.now(), // from the start of the process, because that is what a person waits for
    isFirst: app.tenant.isNew,
    credentialsFile: existsSync(credentialsFile) ? credentialsFile : undefined,
    administrator: app.tenant.administrator,
    folder: process.cwd(),
  })
  console.log(lines.join('\n'))
  await asked.promise
  // As a second request does; a stop that hangs must not outlast the patience of scripts.
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref()
  await app.close()
  return EXIT.ok
}

export const serve: Command = { summary: 'run the server', help: serveHelp, run }
