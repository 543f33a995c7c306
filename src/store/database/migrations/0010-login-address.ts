/** Where an application begins logins: the pages of a login that is over lead back there. */

export const name = '0010-login-address'

/** `initiate_login_uri` of OpenID Connect Dynamic Client Registration 1.0 section 2; null = the origin of a callback. */
export const sql = /* sql */ `
alter table clients add column initiate_login_uri text
  check (initiate_login_uri ~* '^https?://' and length(initiate_login_uri) <= 2048);
`
