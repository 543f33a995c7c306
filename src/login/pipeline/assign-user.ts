/** The step `assign_user`. */

import { assignLoginTransaction } from '../../store/login-transaction-store.ts'
import { assignTransaction, type LoginContext } from '../begin-transaction.ts'
import { createDeviceId, parseDeviceCookie } from '../device-cookie.ts'
import { toTransactionRecord } from '../transaction.ts'
import { CONTINUE, type Step } from './step.ts'

export const assignUser = (context: LoginContext): Step => ({
  name: 'assign_user',
  doc: 'An experiment that assigns users is asked again when the user is known.',
  kinds: ['interactive', 'session'],
  async run({ exchange, user }) {
    const { transaction, keys, tenant } = exchange
    if (!transaction?.awaitsUser) return CONTINUE
    const deviceId = parseDeviceCookie(exchange.cookie('device'), keys.deviceCookie) ?? createDeviceId(context.random)
    const assigned = await assignTransaction(exchange, context, transaction, { deviceId, userId: user.userId })
    exchange.transaction = assigned
    const stored = assignLoginTransaction(context.volatileDb, tenant.tenantId, toTransactionRecord(assigned))
    exchange.hold(
      stored.catch(error => context.logError(error, { what: 'assignment of a user', tenant: tenant.tenantId })),
    )
    return CONTINUE
  },
})
