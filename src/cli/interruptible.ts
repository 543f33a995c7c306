/** Ctrl-C and SIGTERM as a signal that work can listen to. */

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Runs work that ends in good order when its signal is aborted. A second Ctrl-C ends the process at once, as it would
 * without this.
 */
export const interruptible = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const controller = new AbortController()
  const interrupt = (): void => {
    for (const name of SIGNALS) process.off(name, interrupt)
    controller.abort()
  }
  for (const name of SIGNALS) process.on(name, interrupt)
  try {
    return await work(controller.signal)
  } finally {
    for (const name of SIGNALS) process.off(name, interrupt)
  }
}
