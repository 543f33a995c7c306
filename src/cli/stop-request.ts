/** How a command is asked to stop: by a signal (of a person, of the system, or as in launcher.ts). */

import { readFileSync } from 'node:fs'
import { constants } from 'node:os'

/** Milliseconds. Ctrl-C below npm comes twice: from the terminal, and from npm, which passes it on. */
const ECHO_MS = 1_000

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** True where `nohup` has arranged that the end of a terminal is not the end of this process. */
const isHangUpIgnored = (): boolean => {
  try {
    const [, ignored = '0'] = /^SigIgn:\t([\da-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    return (BigInt(`0x${ignored}`) & (1n << BigInt(constants.signals.SIGHUP - 1))) !== 0n
  } catch {
    return false
  }
}

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
  const signals = SIGNALS.filter(name => name !== 'SIGHUP' || !isHangUpIgnored())
  for (const name of signals) process.on(name, ask)
  return () => {
    for (const name of signals) process.off(name, ask)
  }
}
