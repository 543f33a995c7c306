/** The addresses that the OIDC engine answers. */

export const ROUTES = {
  authorization: '/authorize',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  userinfo: '/userinfo',
  jwks: '/.well-known/jwks.json',
  /** Where the engine ends a session of somebody else that came into the browser while a login was finishing. */
  end_session: '/oidc/session',
} as const
