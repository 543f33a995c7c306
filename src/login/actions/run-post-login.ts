/** Runs the Actions of post-login: puts their event together and hands it to the sandbox. */

import type { TransactionMetadata } from '../../actions/contract/contract.ts'
import { isJsonObject, type Json } from '../../base/json.ts'
import { listSessionMethods, type SessionMethod } from '../../store/logins/session-method-store.ts'
import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'
import { listAuthenticationMethods } from '../../store/users/authentication-method-store.ts'
import { DATABASE_CONNECTION } from '../tenant/directory.ts'
import { postLoginEvent } from './event/post-login-event.ts'
import type { RequestFields } from './event/request-part.ts'
import { type Memory, type PostLoginRun, type PostLoginServices, sessionKey } from './post-login-run.ts'
import type { TriggerOutcome } from './run-trigger.ts'

/** The request by which the browser came back, as `/continue` handed it over. */
const resumingRequest = (resumed: Json | undefined): RequestFields | undefined =>
  isJsonObject(resumed) && isJsonObject(resumed.request)
    ? (resumed.request as unknown as RequestFields) // made by `continueLogin`
    : undefined

const userConnection = async ({ directory }: PostLoginServices, { login }: PostLoginRun): Promise<ConnectionRecord> => {
  const { exchange, user } = login
  const connection = await directory.connection(exchange.tenant.tenantId, DATABASE_CONNECTION)
  if (!connection || connection.id !== user.connectionId) throw new TypeError('a user belongs to no connection')
  return connection
}

/** What was proved after the first factor: nothing, when that was proved a moment ago. */
const laterMethods = async (
  { db }: PostLoginServices,
  { login, facts, resumed }: PostLoginRun,
): Promise<readonly SessionMethod[]> =>
  login.kind === 'interactive' && resumed === undefined
    ? []
    : listSessionMethods(db, sessionKey(login), new Date(facts.authenticatedAt))

const eventOf = async (
  services: PostLoginServices,
  run: PostLoginRun,
  { connection, metadata }: { readonly connection: ConnectionRecord; readonly metadata: TransactionMetadata },
) => {
  const { login, facts, resumed } = run
  const { exchange } = login
  const [client, enrolled, methods] = await Promise.all([
    services.directory.client(exchange.tenant.tenantId, login.client.id),
    listAuthenticationMethods(services.db, exchange.tenant.tenantId, login.user.userId),
    laterMethods(services, run),
  ])
  if (!client) throw new TypeError('a login belongs to no client')
  const place = services.actions.placeOf(exchange)
  const resumedBy = resumingRequest(resumed)
  return postLoginEvent({ login, facts, client, connection, enrolled, methods, place, resumedBy, metadata })
}

/** @param memory of the suspension that is over; undefined at the first run */
export const runPostLogin = async (
  services: PostLoginServices,
  run: PostLoginRun,
  memory: Memory | undefined,
): Promise<TriggerOutcome> => {
  const { login, facts, bound } = run
  const { exchange, user, client, sessionId, kind } = login
  const connection = await userConnection(services, run)
  const ran = await services.runTrigger({
    trigger: 'post-login',
    actions: bound,
    event: await eventOf(services, run, { connection, metadata: memory?.metadata ?? {} }),
    eventContext: { exchange, client, connection, user, transaction: exchange.transaction, sessionId },
    interactive: kind === 'interactive' || kind === 'session',
    continueFrom: memory?.resume,
    redirectState: memory?.awaits.kind === 'redirect' ? facts.resumedState : undefined,
    begun: memory?.execution,
  })
  const { executions } = exchange.plan
  if (!executions.includes(ran.execution.id)) executions.push(ran.execution.id)
  return ran
}
