/** The lines of one call's console, cut at the length that is kept of an execution. */

import { LIMITS } from '../contract/limits.ts'
import type { CallLogs } from '../contract/messages.ts'

export const createLog = () => {
  let text = ''
  let truncated = false
  return {
    /** Takes what an isolate hands over, of any type. */
    add: (line: unknown): void => {
      if (truncated || typeof line !== 'string') return
      const joined = text === '' ? line : `${text}\n${line}`
      truncated = joined.length > LIMITS.logChars
      text = joined.slice(0, LIMITS.logChars)
    },
    read: (): CallLogs => ({ text, truncated }),
  }
}
