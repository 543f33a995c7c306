/** What tokens and `/userinfo` say of a user, by scope. */

import { pictureOf } from '../../model/avatar.ts'
import type { UserRecord } from '../../store/users/user-store.ts'

/** Claims by scope (OpenID Connect Core 1.0 section 5.4, as far as users have them); `acr` and `amr` are the session's. */
export const CLAIMS_BY_SCOPE = {
  openid: ['sub', 'acr', 'amr'],
  profile: ['name', 'nickname', 'picture', 'given_name', 'family_name', 'preferred_username', 'updated_at'],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
} as const satisfies Record<string, readonly string[]>

/** Every scope that is not an API's. */
export const OIDC_SCOPES: readonly string[] = [...Object.keys(CLAIMS_BY_SCOPE), 'offline_access']

/** Every claim of a user; those that the user does not have are absent. `updated_at` is a text, as Auth0 sends it. */
export const userClaims = (user: UserRecord, issuer: string): Record<string, unknown> => {
  const claims = {
    sub: user.userId,
    name: user.name,
    nickname: user.nickname,
    picture: pictureOf(user, issuer),
    given_name: user.givenName,
    family_name: user.familyName,
    preferred_username: user.username,
    updated_at: user.updatedAt.toISOString(),
    email: user.email,
    email_verified: user.emailVerified,
    phone_number: user.phoneNumber,
    phone_number_verified: user.phoneNumber === undefined ? undefined : user.phoneVerified === true,
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}

const isScope = (scope: string): scope is keyof typeof CLAIMS_BY_SCOPE => Object.hasOwn(CLAIMS_BY_SCOPE, scope)

/** The claims that a token with these scopes may read. */
export const claimsOfScopes = (
  user: UserRecord,
  scopes: readonly string[],
  issuer: string,
): Record<string, unknown> => {
  const allowed = new Set<string>(scopes.filter(isScope).flatMap(scope => CLAIMS_BY_SCOPE[scope]))
  return Object.fromEntries(Object.entries(userClaims(user, issuer)).filter(([name]) => allowed.has(name)))
}
