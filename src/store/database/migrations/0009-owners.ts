/** Owners: whose a wait for a second factor is, and which of a user's logins still count. */

export const name = '0009-owners'

/**
 * Invariants that the database keeps:
 * 1. a wait for a second factor belongs to one user in one session of a transaction: no other login of the transaction
 *    reads or advances it;
 * 2. a challenge is settled only by a proof;
 * 3. `users.generation` has another value whenever everything that the user has open was ended, and for each user of an id
 *    that is used again: a login that began with the earlier value leads to nothing.
 */
export const sql = /* sql */ `
delete from factor_requests where settled_at is not null and purpose = 'challenge' and not proved && factors;
alter table factor_requests
  drop constraint factor_requests_pkey,
  add primary key (tenant_id, transaction_id, user_id, session_id),
  -- Counts the waits of one login: a form that was sent in one of them does not advance the next.
  add column revision integer not null default 1,
  add constraint factor_requests_proof check (settled_at is null or purpose <> 'challenge' or proved && factors);

alter table users add column generation uuid not null default gen_random_uuid();
`
