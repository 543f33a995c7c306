/** `/oauth/revoke` (RFC 7009): a client takes back its own tokens. */

import { type Client, errors, type Provider } from 'oidc-provider'
import { ROUTES } from './engine-routes.ts'

/**
 * Whether a client may revoke a token; only its own.
 *
 * @throws InvalidRequest for another client's token; a public client, which proves nothing, is told nothing
 */
export const mayRevoke = (client: Client, token: { readonly clientId?: string | undefined }): boolean => {
  if (token.clientId === client.clientId) return true
  if (client.clientAuthMethod === 'none') return false
  throw new errors.InvalidRequest('client is not authorized to revoke the presented token')
}

/** An answer without a body has no type: applications read a body where there is one. */
export const sendRevocationBare = (provider: Provider): void => {
  provider.use(async (context, next) => {
    await next()
    if (context.path === ROUTES.revocation && context.body === '') context.remove('Content-Type')
  })
}
