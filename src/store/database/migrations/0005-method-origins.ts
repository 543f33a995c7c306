/** Where authentication methods come from, and tokens that can be found by their session. */

export const name = '0005-method-origins'

/** Gives codes and refresh tokens that were issued before their session as second id, hashed as the login hashes ids. */
export const NAME_SESSIONS = /* sql */ `
update oidc_payloads
set uid_hash = translate(rtrim(encode(sha256(convert_to(payload ->> 'sessionUid', 'UTF8')), 'base64'), '='), '+/', '-_')
where model in ('AuthorizationCode', 'RefreshToken') and payload ->> 'sessionUid' is not null;
`

/** A passkey that was made elsewhere keeps the user handle that its authenticator knows. */
export const sql = /* sql */ `
alter table authentication_methods
  add column user_handle text check (user_handle is null or (type = 'passkey' and length(user_handle) <= 86)),
  add column user_agent text;
${NAME_SESSIONS}`
