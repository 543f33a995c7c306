/** The step `assign_experiments`. */

import { CONTINUE, type Step } from '../pipeline/step.ts'
import { assignLogin } from '../transaction/assign-flows.ts'
import type { TransactionServices } from '../transaction/transaction-services.ts'

export const assignExperiments = (context: TransactionServices): Step => ({
  name: 'assign_experiments',
  doc: 'Experiments that assign users are asked again, and those of second factors and passkeys are decided.',
  kinds: ['interactive', 'session'],
  async run({ exchange, user }) {
    if (exchange.transaction) await assignLogin(exchange, context, exchange.transaction, user)
    return CONTINUE
  },
})
