/** The events before and after a registration. */

import type { JsonObject } from '../../../base/json.ts'
import type { ConnectionRecord } from '../../../store/tenants/connection-store.ts'
import type { UserRecord } from '../../../store/users/user-store.ts'
import type { Candidate } from '../../password/registration.ts'
import type { Client } from '../../tenant/directory.ts'
import type { Exchange } from '../../transaction/exchange.ts'
import type { LoginTransaction } from '../../transaction/transaction.ts'
import type { Place } from '../login-actions.ts'
import { clientPart, connectionPart, experimentParts, transactionPart, userPart } from './parts.ts'
import { requestPart } from './request-part.ts'

export interface RegistrationOccasion {
  readonly exchange: Exchange
  readonly transaction: LoginTransaction
  readonly connection: ConnectionRecord
  readonly place: Place
}

const request = ({ exchange, place }: RegistrationOccasion, body: Readonly<Record<string, string>>): JsonObject =>
  requestPart(exchange, place, { method: exchange.request.method ?? 'POST', query: {}, body })

const common = ({ exchange, transaction, connection }: RegistrationOccasion): JsonObject => ({
  tenant: { id: exchange.tenant.tenantId },
  connection: connectionPart(connection),
  transaction: transactionPart(transaction.params, transaction),
  ...experimentParts(transaction),
})

/** @param form what was sent, without the password */
export const preRegistrationEvent = (
  occasion: RegistrationOccasion,
  { email, name, nickname }: Candidate,
  client: Client | undefined,
  form: Readonly<Record<string, string>>,
): JsonObject => {
  const { query: _, ...rest } = request(occasion, form)
  return {
    ...common(occasion),
    request: rest,
    user: { email, name, nickname, user_metadata: {}, app_metadata: {} },
    ...(client ? { client: clientPart(client) } : {}),
  }
}

export const postRegistrationEvent = (occasion: RegistrationOccasion, user: UserRecord): JsonObject => {
  const { query: _, body: __, ...rest } = request(occasion, {})
  return {
    ...common(occasion),
    request: rest,
    user: userPart(user, occasion.connection, [], occasion.exchange.tenant.issuer),
  }
}
