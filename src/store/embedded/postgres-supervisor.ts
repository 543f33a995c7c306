/** Keeps the embedded PostgreSQL running until it is told to stop. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Postmaster, type PostmasterOptions, startPostmaster } from './postgres-postmaster.ts'
import { stopClusterProcesses } from './postgres-processes.ts'

export interface PostgresSupervisor {
  /** Stops PostgreSQL, within 5 s. */
  readonly stop: () => Promise<void>
}

/** The part of a pino logger that is used. */
export interface PostgresLogger {
  readonly info: (details: object, message: string) => void
  readonly error: (details: object, message: string) => void
}

interface Supervision extends PostmasterOptions {
  readonly logger: PostgresLogger
  readonly signal: AbortSignal
}

/** Milliseconds. A PostgreSQL that does not start, or dies within `stable` of being ready, gets longer and longer pauses. */
const PAUSE = { first: 50, longest: 5_000, stable: 1_000 } as const

/**
 * Starts PostgreSQL; when it dies, or a restart fails, starts it again.
 *
 * @throws StartupError when the first start fails
 */
export const supervisePostgres = async (
  options: PostmasterOptions,
  logger: PostgresLogger,
): Promise<PostgresSupervisor> => {
  const stopping = new AbortController()
  const supervision = { ...options, logger, signal: stopping.signal }
  const first = await startPostmaster(supervision)
  const supervised = keepRunning(supervision, first)
  return {
    stop: async () => {
      stopping.abort()
      first.child.ref()
      await stopClusterProcesses(options.cluster)
      await supervised
      await stopClusterProcesses(options.cluster) // one that was being started in that moment
    },
  }
}

const keepRunning = async (supervision: Supervision, first: Postmaster): Promise<void> => {
  const { logger, signal } = supervision
  let postmaster: Postmaster | undefined = first
  let pause: number = PAUSE.first
  let readyAt = performance.now()
  for (;;) {
    const reason = await postmaster?.ended
    if (signal.aborted) return
    if (reason !== undefined) logger.error({ reason }, 'the embedded PostgreSQL has died and is being restarted')
    if (performance.now() - readyAt > PAUSE.stable) pause = PAUSE.first
    await sleep(pause, undefined, { signal }).catch(() => {}) // an early end is seen below
    pause = Math.min(pause * 2, PAUSE.longest)
    if (signal.aborted) return
    postmaster = await restart(supervision)
    readyAt = performance.now()
  }
}

const restart = async (supervision: Supervision): Promise<Postmaster | undefined> => {
  try {
    const postmaster = await startPostmaster(supervision)
    supervision.logger.info({ pid: postmaster.child.pid }, 'the embedded PostgreSQL is running again')
    return postmaster
  } catch (error) {
    if (!supervision.signal.aborted)
      supervision.logger.error({ err: error }, 'the embedded PostgreSQL cannot be restarted')
    return undefined
  }
}
