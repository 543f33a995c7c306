/** Begins a login transaction: recognises the device and the browser, assigns variations, writes it all down. */

import { FLOWS_BY_MOMENT } from '../../decision/snapshot/flow.ts'
import type { TransactionId } from '../../model/ids.ts'
import { insertLoginTransaction } from '../../store/logins/login-transaction-store.ts'
import { addCookie, cookieName } from '../http/cookies.ts'
import { rememberApplication } from './application-cookie.ts'
import { assignFlows } from './assign-flows.ts'
import { createBrowserSecret, parseBrowserSecret, toBrowserHash } from './browser-binding.ts'
import {
  createDeviceId,
  DEVICE_COOKIE_MAX_AGE,
  parseDeviceCookie,
  toDeviceCookie,
  toDeviceHash,
} from './device-cookie.ts'
import type { Exchange } from './exchange.ts'
import { LIFETIME } from './lifetime.ts'
import { toTransactionRecord } from './transaction.ts'
import type { TransactionServices } from './transaction-services.ts'

export interface NewTransaction {
  readonly id: TransactionId
  readonly client: { readonly id: string; readonly name: string }
  readonly sessionId: string
  readonly opensSession: boolean
  readonly params: Readonly<Record<string, string>>
}

const CORRELATION_ID = /^[-\w.*~@+/:]{1,64}$/

/** The device's id from its cookie, or a new one; either way the cookie lasts a year from now. */
const recogniseDevice = (exchange: Exchange, { random }: TransactionServices): string => {
  const { keys, secure, response } = exchange
  const id = parseDeviceCookie(exchange.cookie('device'), keys.deviceCookie) ?? createDeviceId(random)
  const options = { secure, maxAge: DEVICE_COOKIE_MAX_AGE }
  addCookie(response, cookieName('device', secure), toDeviceCookie(id, keys.deviceCookie), options)
  return id
}

/** The browser's secret, which all of its tabs share; a new one is kept until the browser is closed. */
const bindBrowser = ({ cookie, secure, response }: Exchange, { random }: TransactionServices): string => {
  const known = parseBrowserSecret(cookie('browser'))
  if (known) return known
  const secret = createBrowserSecret(random)
  addCookie(response, cookieName('browser', secure), secret, { secure })
  return secret
}

/** Begins the exchange's transaction; its row is written while the rest of the request goes on. */
export const beginTransaction = async (
  exchange: Exchange,
  context: TransactionServices,
  { id, client, sessionId, opensSession, params }: NewTransaction,
): Promise<void> => {
  const deviceId = recogniseDevice(exchange, context)
  const correlationId = params.correlation_id
  const transaction = await assignFlows(
    exchange,
    context,
    {
      id,
      clientId: client.id,
      clientName: client.name,
      sessionId,
      opensSession,
      browserHash: toBrowserHash(bindBrowser(exchange, context)),
      deviceHash: toDeviceHash(deviceId, exchange.keys.deviceHash),
      initiatedAt: exchange.startedAt,
      correlationId: correlationId && CORRELATION_ID.test(correlationId) ? correlationId : undefined,
      params,
      flow: 'login',
      assignments: [],
      awaitsUser: false,
      decidedFor: undefined,
      revision: 0,
    },
    { deviceId, flows: FLOWS_BY_MOMENT.authorize },
  )
  exchange.transaction = transaction
  rememberApplication(exchange, client.id)
  // A stranger who knows the address of an application can begin any number: what is not finished does not stay.
  const expiresAt = new Date(exchange.startedAt + LIFETIME.unfinishedTransaction * 1000)
  const { tenantId } = exchange.tenant
  exchange.newRow = insertLoginTransaction(context.volatileDb, tenantId, toTransactionRecord(transaction), expiresAt)
  exchange.hold(exchange.newRow)
}
