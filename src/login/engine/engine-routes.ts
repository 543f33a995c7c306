/** The addresses that the OIDC engine answers. */

export const ROUTES = {
  authorization: '/authorize',
  token: '/oauth/token',
  pushed_authorization_request: '/oauth/par',
  revocation: '/oauth/revoke',
  userinfo: '/userinfo',
  jwks: '/.well-known/jwks.json',
  /** Where the engine ends another user's session that came into the browser while a login was finishing. */
  end_session: '/oidc/session',
} as const
