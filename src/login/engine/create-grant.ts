/** The grant of a login: what its tokens may do. Each login has one of its own, named like its transaction. */

import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { RandomBytes } from '../../base/random.ts'
import { createTransactionId } from '../../model/ids.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { grantedApiScopes } from './audience.ts'
import { exchangeOf, paramOf } from './engine-context.ts'

type Grant = InstanceType<Provider['Grant']>

/**
 * A new session takes the id that the transaction announced for it, so that events before and after the login have the
 * same `session_id`. `sid` in tokens is that id too, for every application.
 */
const nameSession = ({ oidc }: KoaContextWithOIDC, { transaction }: Exchange): void => {
  const { session, client } = oidc
  if (!session || !client) return
  if (session.exp === undefined && transaction?.opensSession) session.uid = transaction.sessionId
  session.sidFor(client.clientId, session.uid)
}

/**
 * Creates the engine's `loadExistingGrant`. It asks no user for consent: the tenant's administrator gave it for the
 * tenant's own applications. The grant is stored only when the login is accepted (see the event listeners).
 */
export const createGrantLoader =
  (directory: Directory, random: RandomBytes) =>
  async (context: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { account, client, provider, requestParamOIDCScopes, requestParamScopes, resourceServers } = context.oidc
    if (!account || !client) return undefined
    const exchange = exchangeOf(context)
    nameSession(context, exchange)
    const identity = {
      accountId: account.accountId,
      clientId: client.clientId,
      jti: paramOf(context, 'transaction_id') ?? createTransactionId(random),
    }
    const grant = new provider.Grant(identity)
    grant.addOIDCScope([...requestParamOIDCScopes])
    for (const audience of Object.keys(resourceServers ?? {})) {
      const allowed = await grantedApiScopes(context, directory, exchange.tenant, audience)
      grant.addResourceScope(audience, [
        ...requestParamOIDCScopes,
        ...allowed.filter(scope => requestParamScopes.has(scope)),
      ])
    }
    return grant
  }
