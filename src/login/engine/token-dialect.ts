/** Access tokens as Auth0's SDKs and APIs expect them, where the engine would follow RFC 9068. */

import type { AccessToken, ClientCredentials, JWTStructured, KoaContextWithOIDC } from 'oidc-provider'
import type { Tenant } from '../tenant/tenant.ts'
import { userinfoAudience } from './audience.ts'

const scopesOf = (scope: unknown): readonly string[] => (typeof scope === 'string' ? scope.split(' ') : [])

/** `gty` is stated where no user has just logged in. */
const grantOf = (token: AccessToken | ClientCredentials): string | undefined => {
  if (token.kind === 'ClientCredentials') return 'client-credentials'
  return 'gty' in token && String(token.gty).endsWith('refresh_token') ? 'refresh_token' : undefined
}

/**
 * Rewrites a token before it is signed: `azp` instead of `client_id`, no `jti`, `typ: JWT`; a machine's subject is
 * `<client_id>@clients`; a user's token with `openid` is for `/userinfo` too, so its `aud` is a list.
 */
export const toAuth0Dialect =
  (tenant: Tenant) =>
  (_: KoaContextWithOIDC, token: AccessToken | ClientCredentials, jwt: JWTStructured): void => {
    const { jti: _jti, client_id: clientId, sub, aud, ...payload } = jwt.payload
    const isMachine = token.kind === 'ClientCredentials'
    const gty = grantOf(token)
    const alsoUserinfo = !isMachine && scopesOf(payload.scope).includes('openid')
    jwt.header = { typ: 'JWT' }
    jwt.payload = {
      ...payload,
      iss: tenant.issuer,
      sub: isMachine ? `${clientId}@clients` : sub,
      aud: alsoUserinfo ? [aud, userinfoAudience(tenant)] : aud,
      azp: clientId,
      ...(gty ? { gty } : {}),
    }
  }
