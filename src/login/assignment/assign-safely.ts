/** Asks experimentation for an assignment and never lets it break or delay a login. */

import { setTimeout as delay } from 'node:timers/promises'
import type { LogError } from '../../base/log-error.ts'
import type { Assign, AssignInput, AssignOutcome } from './assignment-port.ts'

/** Milliseconds. A decision takes microseconds; only a tenant's first login waits for the database. */
const PATIENCE_MS = 1_000

const failed = (code: string, message: string): AssignOutcome => ({
  assigned: [],
  awaitsUser: false,
  warnings: [{ code, message }],
})

/** Also when something goes wrong, the answer is an outcome: without an assignment, and with a warning for the tenant's log. */
export const createSafeAssign =
  (
    { assign, logError }: { readonly assign: Assign; readonly logError: LogError },
    patience: number = PATIENCE_MS,
  ): Assign =>
  async (input: AssignInput) => {
    const patienceOver = new AbortController()
    try {
      return await Promise.race([
        assign(input),
        delay(patience, undefined, { ref: false, signal: patienceOver.signal }).then(() =>
          failed('experiment_assignment_timeout', `No variation was assigned within ${patience} ms.`),
        ),
      ])
    } catch (error) {
      logError(error, { what: 'assignment of a variation', tenant: input.tenantId, transaction: input.transactionId })
      return failed('experiment_assignment_failed', 'No variation was assigned because of an error.')
    } finally {
      patienceOver.abort()
    }
  }
