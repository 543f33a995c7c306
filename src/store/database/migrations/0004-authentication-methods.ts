/** Second factors and passkeys: what users have, what a login asks of them, and what a session has proved. */

export const name = '0004-authentication-methods'

/**
 * Invariants that the database keeps:
 * 1. a user has at most one TOTP, one recovery code and 20 credentials of each WebAuthn type: each method takes a slot
 *    of its own (`authentication_methods_slot`), so no race can add one too many;
 * 2. a WebAuthn credential belongs to one user of the tenant (`authentication_methods_credential`);
 * 3. a method has exactly the columns of its type;
 * 4. a WebAuthn challenge is used once (primary key of `used_challenges`).
 *
 * Secrets are sealed, recovery codes hashed: whoever reads these tables can prove nothing.
 */
export const sql = /* sql */ `
create table authentication_methods (
  tenant_id text not null,
  method_id text not null,
  user_id text not null,
  type text not null check (type in ('totp', 'recovery-code', 'webauthn-roaming', 'webauthn-platform', 'passkey')),
  slot smallint not null,
  name text not null,
  sealed_secret text,
  -- The time step of the last code that was accepted: a code is good once (RFC 6238 section 5.2).
  last_step bigint,
  code_hash text,
  credential_id text check (length(credential_id) <= 1364),
  public_key bytea,
  sign_count bigint,
  transports text[],
  aaguid text,
  backup_eligible boolean,
  backed_up boolean,
  created_at timestamptz not null,
  last_auth_at timestamptz,
  primary key (tenant_id, method_id),
  foreign key (tenant_id, user_id) references users on delete cascade,
  constraint authentication_methods_slot unique (tenant_id, user_id, type, slot),
  check (slot between 0 and case when type in ('totp', 'recovery-code') then 0 else 19 end),
  check (num_nonnulls(sealed_secret, last_step) = case when type = 'totp' then 2 else 0 end),
  check (num_nonnulls(code_hash) = case when type = 'recovery-code' then 1 else 0 end),
  check (
    num_nonnulls(credential_id, public_key, sign_count, transports, aaguid, backup_eligible, backed_up)
    = case when type in ('totp', 'recovery-code') then 0 else 7 end
  )
);
create unique index authentication_methods_credential on authentication_methods (tenant_id, credential_id)
  where credential_id is not null;

-- Wrong codes of a user in a row, for each kind of code.
create table factor_failures (
  tenant_id text not null,
  user_id text not null,
  factor text not null,
  failures integer not null,
  blocked_until timestamptz,
  primary key (tenant_id, user_id, factor),
  foreign key (tenant_id, user_id) references users on delete cascade
);

-- What a login transaction waits for on our pages. One row per transaction: it waits for one thing at a time.
create table factor_requests (
  tenant_id text not null,
  transaction_id text not null,
  user_id text not null,
  session_id text not null,
  step text,
  purpose text not null check (purpose in ('challenge', 'enrollment', 'passkey')),
  choose text not null check (choose in ('first', 'any')),
  factors text[] not null,
  offer_recovery_code boolean not null,
  allow_remember_browser boolean not null,
  query jsonb not null,
  -- Factors that were proved in this transaction; they outlive a request.
  proved text[] not null default '{}',
  enrolled text[] not null default '{}',
  noted text[] not null default '{}',
  sealed_totp_secret text,
  sealed_recovery_code text,
  settled_at timestamptz,
  started_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, transaction_id),
  foreign key (tenant_id, user_id) references users on delete cascade
);
create index factor_requests_expiry on factor_requests (expires_at);
create index factor_requests_user on factor_requests (tenant_id, user_id);

-- What was proved in a session beside its first factor.
create table session_methods (
  tenant_id text not null,
  session_id text not null,
  user_id text not null,
  name text not null,
  amr text[] not null,
  performed_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, session_id, user_id, name),
  foreign key (tenant_id, user_id) references users on delete cascade
);
create index session_methods_expiry on session_methods (expires_at);
create index session_methods_user on session_methods (tenant_id, user_id);

create table used_challenges (
  tenant_id text not null references tenants on delete cascade,
  challenge_hash text not null,
  expires_at timestamptz not null,
  primary key (tenant_id, challenge_hash)
);
create index used_challenges_expiry on used_challenges (expires_at);

-- Who said "not now", and until when not to ask again.
create table passkey_prompts (
  tenant_id text not null,
  user_id text not null,
  snoozed_until timestamptz not null,
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references users on delete cascade
);
`
