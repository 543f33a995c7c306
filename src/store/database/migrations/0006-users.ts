/** What administration of users and connections needs: indexes of a search, what a user has open, changes that are announced. */

export const name = '0006-users'

/**
 * Search. Expressions are written as `user-condition.ts` writes them, and indexes end in the order of a page where the field
 * is one. Text is compared by code points, which is also the only order in which a B-tree can answer a prefix. Metadata is
 * one index for every path in it; each change of it is indexed at once, so that no login pays for those before it.
 *
 * Invariants that the database keeps:
 * 1. metadata is an object;
 * 2. what a user has open (sessions, grants, codes, refresh tokens) can be found by the user;
 * 3. a change of a connection raises the tenant's `config_version` and announces it, in the same transaction.
 */
export const sql = /* sql */ `
alter table users
  add constraint users_metadata check (jsonb_typeof(user_metadata) = 'object' and jsonb_typeof(app_metadata) = 'object');
create index users_by_id on users (tenant_id, (user_id collate "C"), user_id);
create index users_by_email on users (tenant_id, (lower(email) collate "C"), user_id);
create index users_by_name on users (tenant_id, (lower(name) collate "C"), user_id);
create index users_by_nickname on users (tenant_id, (lower(nickname) collate "C"), user_id);
create index users_by_given_name on users (tenant_id, (lower(given_name) collate "C")) where given_name is not null;
create index users_by_family_name on users (tenant_id, (lower(family_name) collate "C")) where family_name is not null;
create index users_by_email_verified on users (tenant_id, email_verified, created_at, user_id);
create index users_by_blocked on users (tenant_id, blocked, created_at, user_id);
create index users_by_creation on users (tenant_id, created_at, user_id);
create index users_by_update on users (tenant_id, updated_at, user_id);
create index users_by_last_login on users (tenant_id, last_login desc nulls last, user_id desc);
create index users_by_logins on users (tenant_id, logins_count, user_id);
create index users_by_connection on users (tenant_id, connection_id, created_at, user_id);
create index users_by_metadata on users using gin (user_metadata jsonb_path_ops, app_metadata jsonb_path_ops)
  with (fastupdate = off);

alter table oidc_payloads add column account_id text generated always as (payload ->> 'accountId') stored;
create index oidc_payloads_account on oidc_payloads (tenant_id, account_id) where account_id is not null;

-- The position of a page has the precision of the wire.
alter table connections alter column created_at set default date_trunc('milliseconds', now());
update connections set created_at = date_trunc('milliseconds', created_at);
create index connections_list on connections (tenant_id, created_at, connection_id);
create trigger connections_changed after insert or update or delete on connections
  for each row execute function announce_config_change();
`
