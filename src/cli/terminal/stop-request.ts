/** How a command is asked to stop: by a signal (of a person, of the system, or as in launcher.ts). */

/** Milliseconds. Ctrl-C below npm comes twice: from the terminal, and from npm, which passes it on. */
const ECHO_MS = 1_000

/** Node undoes what `nohup` does, so the end of a terminal has always been the end of the process: now it is one in good order. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

export interface StopRequestHandlers {
  /** The first request. */
  readonly stop: () => void
  /** Another one, of a person who does not want to wait. */
  readonly again: () => void
}

/**
 * Listens for requests to stop.
 *
 * @returns what ends the listening; a signal then does what it does by default
 */
export const onStopRequest = ({ stop, again }: StopRequestHandlers): (() => void) => {
  let askedAt: number | undefined
  const ask = (): void => {
    const now = performance.now()
    if (askedAt === undefined) {
      askedAt = now
      stop()
    } else if (now - askedAt > ECHO_MS) again()
  }
  for (const name of SIGNALS) process.on(name, ask)
  return () => {
    for (const name of SIGNALS) process.off(name, ask)
  }
}
