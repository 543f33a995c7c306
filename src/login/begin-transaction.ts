/** Begins a login transaction: recognises the device and the browser, assigns a variation, writes it all down. */

import type { TransactionId } from '../model/ids.ts'
import { insertLoginTransaction } from '../store/login-transaction-store.ts'
import type { Assign } from './assignment-port.ts'
import { createBrowserSecret, parseBrowserSecret, toBrowserHash } from './browser-binding.ts'
import {
  createDeviceId,
  DEVICE_COOKIE_MAX_AGE,
  parseDeviceCookie,
  toDeviceCookie,
  toDeviceHash,
} from './device-cookie.ts'
import { experimentAssigned, experimentWarning } from './events.ts'
import type { Exchange } from './exchange.ts'
import { addCookie, cookieName } from './http/cookies.ts'
import type { LoginDeps } from './login-deps.ts'
import { LIFETIME } from './oidc/lifetimes.ts'
import { type LoginTransaction, toTransactionRecord } from './transaction.ts'

export interface NewTransaction {
  readonly id: TransactionId
  readonly client: { readonly id: string; readonly name: string }
  readonly sessionId: string
  readonly opensSession: boolean
  readonly params: Readonly<Record<string, string>>
}

const CORRELATION_ID = /^[-\w.*~@+/:]{1,64}$/

/** What a transaction needs of the server. */
export type LoginContext = Pick<LoginDeps, 'volatileDb' | 'log' | 'clock' | 'random' | 'logError'> & {
  /** Never rejects. */
  readonly safeAssign: Assign
}

/** The device's id from its cookie, or a new one; either way the cookie lasts a year from now. */
const recogniseDevice = (exchange: Exchange, { random }: LoginContext): string => {
  const { keys, secure, response } = exchange
  const id = parseDeviceCookie(exchange.cookie('device'), keys.deviceCookie) ?? createDeviceId(random)
  const options = { secure, maxAge: DEVICE_COOKIE_MAX_AGE }
  addCookie(response, cookieName('device', secure), toDeviceCookie(id, keys.deviceCookie), options)
  return id
}

/** The browser's secret, which all of its tabs share; a new one is kept until the browser is closed. */
const bindBrowser = ({ cookie, secure, response }: Exchange, { random }: LoginContext): string => {
  const known = parseBrowserSecret(cookie('browser'))
  if (known) return known
  const secret = createBrowserSecret(random)
  addCookie(response, cookieName('browser', secure), secret, { secure })
  return secret
}

/** Records what experimentation has to say; when the log cannot take it, the login goes on without. */
const recordOutcome = (
  exchange: Exchange,
  context: LoginContext,
  transaction: LoginTransaction,
  outcome: Awaited<ReturnType<Assign>>,
): void => {
  const occasion = { exchange, at: context.clock(), transaction }
  const events = [
    ...(outcome.assignment ? [experimentAssigned(occasion, outcome.reason)] : []),
    ...outcome.warnings.map(warning => experimentWarning(occasion, warning)),
  ]
  for (const event of events) {
    exchange.hold(
      context.log.record(event).catch(error => {
        context.logError(error, { what: `event ${event.type}`, tenant: event.tenant_id })
      }),
    )
  }
}

/** Asks for an assignment of the transaction as far as it is known, and records the answer. */
export const assignTransaction = async (
  exchange: Exchange,
  context: LoginContext,
  transaction: LoginTransaction,
  subject: { readonly deviceId: string; readonly userId?: string },
): Promise<LoginTransaction> => {
  const outcome = await context.safeAssign({
    tenantId: exchange.tenant.tenantId,
    transactionId: transaction.id,
    sessionId: transaction.sessionId,
    clientId: transaction.clientId,
    clientName: transaction.clientName,
    params: transaction.params,
    ip: exchange.ip,
    userAgent: exchange.userAgent,
    hostname: exchange.hostname,
    header: exchange.header,
    ...subject,
  })
  const awaitsUser = subject.userId === undefined && outcome.reason === 'subject_unknown'
  const assigned = { ...transaction, assignment: outcome.assignment, awaitsUser }
  recordOutcome(exchange, context, assigned, outcome)
  return assigned
}

/** Begins the exchange's transaction; its row is written while the rest of the request goes on. */
export const beginTransaction = async (
  exchange: Exchange,
  context: LoginContext,
  { id, client, sessionId, opensSession, params }: NewTransaction,
): Promise<void> => {
  const deviceId = recogniseDevice(exchange, context)
  const correlationId = params.correlation_id
  const transaction = await assignTransaction(
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
      assignment: null,
      awaitsUser: false,
    },
    { deviceId },
  )
  exchange.transaction = transaction
  // Whoever knows the address of an application can begin any number: what nobody finishes does not stay.
  const expiresAt = new Date(exchange.startedAt + LIFETIME.unfinishedTransaction * 1000)
  const { tenantId } = exchange.tenant
  exchange.hold(insertLoginTransaction(context.volatileDb, tenantId, toTransactionRecord(transaction), expiresAt))
}
