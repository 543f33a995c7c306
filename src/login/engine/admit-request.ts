/**
 * The last check of an authorization request that the engine has found valid. At `/authorize` its transaction begins here;
 * where it is pushed (RFC 9126) it is checked alike, and once more when it is used.
 */

import { decodeJwt } from 'jose'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { randomBase58 } from '../../base/random.ts'
import { createTransactionId } from '../../model/ids.ts'
import type { Directory } from '../tenant/directory.ts'
import { beginTransaction } from '../transaction/begin-transaction.ts'
import { parseDeviceCookie, toDeviceHash } from '../transaction/device-cookie.ts'
import type { Exchange } from '../transaction/exchange.ts'
import type { TransactionServices } from '../transaction/transaction-services.ts'
import { requestedAudience } from './audience.ts'
import { transactionParameters } from './authorize-parameters.ts'
import { clientOf, exchangeOf, paramOf } from './engine-context.ts'
import { requestProblem } from './request-problem.ts'

/** Characters; as long as the ids that the engine gives to sessions. */
const SESSION_ID_LENGTH = 43

const OFFLINE = 'offline_access'

/** The request's scopes as they were sent; the engine has removed some by now. */
const askedScopes = ({ oidc, query }: KoaContextWithOIDC): readonly string[] => {
  const pushed = oidc.entities.PushedAuthorizationRequest
  const { scope } = pushed ? decodeJwt(pushed.request ?? '') : (oidc.body ?? query)
  return typeof scope === 'string' ? scope.split(' ') : []
}

/**
 * The engine hands out refresh tokens only together with a consent page (OpenID Connect Core 1.0 section 11). The
 * tenant's own applications do not ask for consent, so the scope that it removed comes back where it is allowed, and
 * where there is a code to get one with.
 */
const restoreOfflineAccess = async (
  context: KoaContextWithOIDC,
  directory: Directory,
  { tenant }: Exchange,
): Promise<void> => {
  const { client, params } = context.oidc
  if (!paramOf(context, 'response_type')?.includes('code')) return
  if (!params || !askedScopes(context).includes(OFFLINE) || !client?.grantTypeAllowed('refresh_token')) return
  const audience = requestedAudience(context, tenant)
  const server = audience === undefined ? undefined : await directory.resourceServer(tenant, audience)
  if (server && !server.allowOfflineAccess) return
  const scopes = (paramOf(context, 'scope') ?? '').split(' ').filter(Boolean)
  params.scope = [...new Set([...scopes, OFFLINE])].join(' ')
}

/** A request for nothing that exists here is answered like one for `openid`: the engine refuses to grant nothing. */
const ensureScope = ({ oidc }: KoaContextWithOIDC): void => {
  const known = [
    ...oidc.requestParamOIDCScopes,
    ...Object.values(oidc.resourceServers ?? {}).flatMap(({ scopes }) => [...scopes]),
  ]
  if (oidc.params && ![...oidc.requestParamScopes].some(scope => known.includes(scope))) oidc.params.scope = 'openid'
}

const requireConnection = async (
  context: KoaContextWithOIDC,
  directory: Directory,
  { tenant }: Exchange,
): Promise<void> => {
  const name = paramOf(context, 'connection')
  if (!name || (await directory.connection(tenant.tenantId, name))) return
  throw new errors.InvalidRequest(`the connection ${JSON.stringify(name.slice(0, 128))} was not found`)
}

const rememberDevice = (exchange: Exchange): void => {
  const id = parseDeviceCookie(exchange.cookie('device'), exchange.keys.deviceCookie)
  if (id) exchange.deviceHash = toDeviceHash(id, exchange.keys.deviceHash)
}

/** A public client proves nothing, so any sender could make the server store a request in its name. */
const requireConfidentialClient = ({ oidc }: KoaContextWithOIDC): void => {
  if (oidc.client?.clientAuthMethod !== 'none') return
  throw new errors.UnauthorizedClient('only clients that authenticate may push authorization requests')
}

/** Creates the check. `prompt=none` shows no page, so it begins no transaction and no experiment runs. */
export const createAdmitRequest =
  (directory: Directory, login: TransactionServices) =>
  async (context: KoaContextWithOIDC): Promise<void> => {
    const { session, params, prompts, route } = context.oidc
    const client = clientOf(context)
    const isPushed = route === 'pushed_authorization_request'
    if (!(isPushed || route === 'authorization') || !params || !client) return
    if (isPushed) requireConfidentialClient(context)
    const problem = requestProblem(params)
    if (problem) throw new errors.InvalidRequest(problem)
    const exchange = exchangeOf(context)
    await restoreOfflineAccess(context, directory, exchange)
    ensureScope(context)
    await requireConnection(context, directory, exchange)
    if (isPushed) return
    const id = createTransactionId(login.random)
    params.transaction_id = id
    if (prompts.has('none')) return rememberDevice(exchange)
    await beginTransaction(exchange, login, {
      id,
      client,
      sessionId: session?.accountId ? session.uid : randomBase58(SESSION_ID_LENGTH, login.random),
      opensSession: !session?.accountId,
      params: transactionParameters(params),
    })
  }
