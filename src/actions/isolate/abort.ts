/** AbortController and AbortSignal of a polyfill, with the one thing that it lacks. */

import { AbortController, AbortSignal } from 'abortcontroller-polyfill/dist/cjs-ponyfill.js'

/** A signal that is aborted already (DOM standard). */
const abort = (reason?: unknown) => {
  const controller = new AbortController()
  controller.abort(reason)
  return controller.signal
}

export const abortClasses = () => {
  Object.assign(AbortSignal, { abort })
  return { AbortController, AbortSignal }
}
