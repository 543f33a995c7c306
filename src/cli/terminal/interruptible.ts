/** Requests to stop as a signal that work can listen to. */

import { EXIT } from './cli-failure.ts'
import { onStopRequest } from './stop-request.ts'

/** Runs work that ends in good order when its signal is aborted. A second Ctrl-C ends the process at once. */
export const interruptible = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const controller = new AbortController()
  const ignore = onStopRequest({
    stop: () => controller.abort(),
    again: () => process.exit(EXIT.interrupted),
  })
  try {
    return await work(controller.signal)
  } finally {
    ignore()
  }
}
