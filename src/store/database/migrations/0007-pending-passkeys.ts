/** Passkeys of logins that are not over. */

export const name = '0007-pending-passkeys'

/** What the login's user gets when it succeeds; it ends with the request, whichever way the login ends. */
export const sql = /* sql */ `
alter table factor_requests add column pending_passkey jsonb;
`
