/** The claims of the ID token that an application would get for a code. */

import { isJsonObject } from '../../base/json.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import { planOfGrant } from '../engine/carry-plan.ts'
import { claimsOfScopes } from '../engine/claims.ts'

type Payload = Readonly<Record<string, unknown>>

/** Claims that a request has asked for by their names, in an ID token (OpenID Connect Core section 5.5). */
const isAsked = ({ claims }: Payload, name: string): boolean =>
  isJsonObject(claims) && isJsonObject(claims.id_token) && name in claims.id_token

/**
 * Without `iat`, `exp` and the hashes, which are those of one token. The engine puts the real ones together; a test
 * compares.
 *
 * @param code the payload of the code
 * @param grant the payload of its grant, which keeps what Actions have added
 * @param issuer with the trailing slash
 */
export const idTokenClaims = (
  code: Payload,
  grant: Payload | undefined,
  { user, issuer }: { readonly user: UserRecord; readonly issuer: string },
): Readonly<Record<string, unknown>> => {
  const protocol = {
    iss: issuer,
    aud: code.clientId,
    sub: user.userId,
    sid: code.sid,
    nonce: code.nonce,
    amr: code.amr,
    acr: code.acr,
    auth_time: isAsked(code, 'auth_time') ? code.authTime : undefined,
  }
  const scopes = typeof code.scope === 'string' ? code.scope.split(' ') : []
  const claims = { ...planOfGrant(grant)?.idTokenClaims, ...claimsOfScopes(user, scopes, issuer), ...protocol }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}
