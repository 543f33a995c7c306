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

export interface RegistrationInput {
  readonly exchange: Exchange
  readonly transaction: LoginTransaction
  readonly connection: ConnectionRecord
  readonly place: Place
}

const request = ({ exchange, place }: RegistrationInput, body: Readonly<Record<string, string>>): JsonObject =>
  requestPart(exchange, place, { method: exchange.request.method ?? 'POST', query: {}, body })

const common = ({ exchange, transaction, connection }: RegistrationInput): JsonObject => ({
  tenant: { id: exchange.tenant.tenantId },
  connection: connectionPart(connection),
  transaction: transactionPart(transaction.params, transaction),
  ...experimentParts(transaction),
})

/** @param form what was sent, without the password */
export const preRegistrationEvent = (
  input: RegistrationInput,
  { email, name, nickname }: Candidate,
  client: Client | undefined,
  form: Readonly<Record<string, string>>,
): JsonObject => {
  const { query: _, ...rest } = request(input, form)
  return {
    ...common(input),
    request: rest,
    user: { email, name, nickname, user_metadata: {}, app_metadata: {} },
    ...(client ? { client: clientPart(client) } : {}),
  }
}

export const postRegistrationEvent = (input: RegistrationInput, user: UserRecord): JsonObject => {
  const { query: _, body: __, ...rest } = request(input, {})
  return {
    ...common(input),
    request: rest,
    user: userPart(user, input.connection, [], input.exchange.tenant.issuer),
  }
}
