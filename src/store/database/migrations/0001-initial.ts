/** The first schema: tenants, identity, experimentation, login transactions, the tenant log. */

export const name = '0001-initial'

/**
 * Invariants that the database keeps, so that no code path can break them:
 * 1. every row belongs to a tenant, and references never cross tenants (composite foreign keys);
 * 2. at most one experiment per tenant is active (`experiments_one_active`);
 * 3. names are unique per tenant, those of variations per flag;
 * 4. what a non-archived experiment uses cannot be deleted: its allocations and its flag are real
 *    foreign keys; archiving moves them into `archived_allocations` and clears `live_feature_flag_id`;
 * 5. a change of experimentation data raises the tenant's `config_version` and announces it,
 *    in the same transaction (`announce_config_change`).
 */
export const sql = /* sql */ `
-- Secrets of the whole installation, which its servers share; made by the first one that starts.
create table installation_secrets (
  name text primary key,
  value text not null,
  created_at timestamptz not null default now()
);

create table tenants (
  tenant_id text primary key,
  friendly_name text not null,
  is_default boolean not null default false,
  config_version bigint not null default 1,
  allowed_logout_urls text[] not null default '{}',
  created_at timestamptz not null default now()
);
create unique index tenants_one_default on tenants (is_default) where is_default;

create table tenant_domains (
  domain text primary key check (domain = lower(domain)),
  tenant_id text not null references tenants on delete cascade
);

create table tenant_secrets (
  tenant_id text not null references tenants on delete cascade,
  name text not null,
  value text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, name)
);

create table signing_keys (
  tenant_id text not null references tenants on delete cascade,
  kid text not null,
  status text not null check (status in ('current', 'next', 'previous')),
  sealed_private_jwk text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, kid)
);
create unique index signing_keys_one_current on signing_keys (tenant_id) where status = 'current';

create table clients (
  tenant_id text not null references tenants on delete cascade,
  client_id text not null,
  name text not null,
  app_type text not null check (app_type in ('native', 'spa', 'regular_web', 'non_interactive')),
  sealed_client_secret text,
  token_endpoint_auth_method text not null
    check (token_endpoint_auth_method in ('none', 'client_secret_post', 'client_secret_basic')),
  grant_types text[] not null,
  callbacks text[] not null default '{}',
  allowed_logout_urls text[] not null default '{}',
  client_metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, client_id)
);

create table resource_servers (
  tenant_id text not null references tenants on delete cascade,
  resource_server_id text not null,
  identifier text not null,
  name text not null,
  scopes text[] not null default '{}',
  token_lifetime integer not null default 86400 check (token_lifetime > 0),
  allow_offline_access boolean not null default false,
  is_system boolean not null default false,
  primary key (tenant_id, resource_server_id),
  unique (tenant_id, identifier)
);
create unique index resource_servers_one_system on resource_servers (tenant_id) where is_system;

create table client_grants (
  tenant_id text not null,
  client_grant_id text not null,
  client_id text not null,
  audience text not null,
  scopes text[] not null,
  primary key (tenant_id, client_grant_id),
  unique (tenant_id, client_id, audience),
  foreign key (tenant_id, client_id) references clients on delete cascade,
  foreign key (tenant_id, audience) references resource_servers (tenant_id, identifier) on delete cascade
);

create table connections (
  tenant_id text not null references tenants on delete cascade,
  connection_id text not null,
  name text not null,
  strategy text not null,
  options jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (tenant_id, connection_id),
  unique (tenant_id, name)
);

create table users (
  tenant_id text not null,
  user_id text not null,
  connection_id text not null,
  email text not null,
  email_verified boolean not null default false,
  name text not null,
  nickname text not null,
  picture text,
  given_name text,
  family_name text,
  username text,
  phone_number text,
  phone_verified boolean,
  password_hash text,
  is_administrator boolean not null default false,
  blocked boolean not null default false,
  user_metadata jsonb not null default '{}',
  app_metadata jsonb not null default '{}',
  last_password_reset timestamptz,
  last_ip text,
  last_login timestamptz,
  logins_count integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, connection_id) references connections
);
create unique index users_email on users (tenant_id, connection_id, lower(email));

-- Consecutive failed logins by account and address, whether or not the account exists; the key is a keyed hash.
create table login_failures (
  tenant_id text not null references tenants on delete cascade,
  key_hash text not null,
  failures integer not null,
  blocked_until timestamptz,
  expires_at timestamptz not null,
  primary key (tenant_id, key_hash)
);
create index login_failures_expiry on login_failures (expires_at);

-- json, not jsonb, in these tables: what was written comes back with its keys in their order, and nothing searches inside.
create table feature_flags (
  tenant_id text not null references tenants on delete cascade,
  feature_flag_id text not null,
  name text not null,
  description text,
  type text not null default 'self' check (type in ('self', 'auth0')),
  status text not null default 'draft' check (status in ('draft', 'active', 'archived')),
  parameters json not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, feature_flag_id),
  constraint feature_flags_name unique (tenant_id, name)
);
create index feature_flags_list on feature_flags (tenant_id, created_at, feature_flag_id);

create table variations (
  tenant_id text not null,
  variation_id text not null,
  feature_flag_id text not null,
  name text not null,
  description text,
  overrides json not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, variation_id),
  constraint variations_name unique (tenant_id, feature_flag_id, name),
  constraint variations_of_flag unique (tenant_id, feature_flag_id, variation_id),
  foreign key (tenant_id, feature_flag_id) references feature_flags on delete cascade
);

create table segments (
  tenant_id text not null references tenants on delete cascade,
  segment_id text not null,
  name text not null,
  description text,
  type text not null default 'self' check (type in ('self', 'auth0')),
  status text not null default 'active' check (status in ('active', 'archived')),
  rules json not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, segment_id),
  constraint segments_name unique (tenant_id, name)
);
create index segments_list on segments (tenant_id, created_at, segment_id);

create table experiments (
  tenant_id text not null references tenants on delete cascade,
  experiment_id text not null,
  name text not null,
  description text,
  feature_flag_id text not null,
  live_feature_flag_id text generated always as (case when status <> 'archived' then feature_flag_id end) stored,
  authentication_flow text not null,
  allocation_strategy text not null check (allocation_strategy in ('percentage', 'segment')),
  subject text not null default 'device' check (subject in ('device', 'user', 'session')),
  default_config text check (default_config in ('tenant', 'flag')),
  levels integer[],
  current_level integer,
  status text not null default 'draft' check (status in ('draft', 'active', 'paused', 'completed', 'archived')),
  is_valid boolean not null default false,
  feature_flag_snapshot json,
  archived_allocations json,
  started_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, experiment_id),
  constraint experiments_name unique (tenant_id, name),
  constraint experiments_feature_flag foreign key (tenant_id, live_feature_flag_id) references feature_flags,
  constraint experiments_started check (status not in ('active', 'paused', 'completed') or started_at is not null)
);
create unique index experiments_one_active on experiments (tenant_id) where status = 'active';
create index experiments_list on experiments (tenant_id, created_at, experiment_id);
create index experiments_by_flag on experiments (tenant_id, feature_flag_id);

create table allocations (
  tenant_id text not null,
  experiment_id text not null,
  position integer not null,
  variation_id text not null,
  segment_id text,
  weight numeric(5, 2) check (weight between 0 and 100),
  priority integer check (priority >= 1),
  is_control boolean not null,
  is_fallback boolean,
  variation_snapshot json,
  segment_snapshot json,
  primary key (tenant_id, experiment_id, position),
  foreign key (tenant_id, experiment_id) references experiments on delete cascade,
  constraint allocations_variation foreign key (tenant_id, variation_id) references variations,
  constraint allocations_segment foreign key (tenant_id, segment_id) references segments
);
create index allocations_by_variation on allocations (tenant_id, variation_id);
create index allocations_by_segment on allocations (tenant_id, segment_id) where segment_id is not null;

create function announce_config_change() returns trigger language plpgsql as $$
declare
  tenant text := coalesce(new.tenant_id, old.tenant_id);
begin
  update tenants set config_version = config_version + 1 where tenant_id = tenant;
  perform pg_notify('config_changed', tenant);
  return null;
end $$;
create trigger feature_flags_changed after insert or update or delete on feature_flags
  for each row execute function announce_config_change();
create trigger variations_changed after insert or update or delete on variations
  for each row execute function announce_config_change();
create trigger segments_changed after insert or update or delete on segments
  for each row execute function announce_config_change();
create trigger experiments_changed after insert or update or delete on experiments
  for each row execute function announce_config_change();
create trigger allocations_changed after insert or update or delete on allocations
  for each row execute function announce_config_change();

-- One row per /authorize transaction; its id is also the id of the grant that it leads to.
create table login_transactions (
  tenant_id text not null references tenants on delete cascade,
  transaction_id text not null,
  client_id text not null,
  browser_hash text not null,
  device_hash text not null,
  request jsonb not null,
  assignment jsonb,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (tenant_id, transaction_id)
);
create index login_transactions_expiry on login_transactions (expires_at);

-- State of the OIDC engine: interactions, sessions, grants, codes, refresh tokens. Ids are stored hashed.
create table oidc_payloads (
  tenant_id text not null references tenants on delete cascade,
  model text not null,
  id_hash text not null,
  payload jsonb not null,
  grant_id text,
  uid_hash text,
  consumed_at timestamptz,
  expires_at timestamptz,
  primary key (tenant_id, model, id_hash)
);
create index oidc_payloads_grant on oidc_payloads (tenant_id, grant_id) where grant_id is not null;
create index oidc_payloads_uid on oidc_payloads (tenant_id, model, uid_hash) where uid_hash is not null;
create index oidc_payloads_expiry on oidc_payloads (expires_at) where expires_at is not null;

-- The row lock on a tenant's head orders its log: ids grow in the order of commits, across servers.
create table log_heads (
  tenant_id text primary key references tenants on delete cascade,
  last_ms bigint not null,
  counter bigint not null
) with (fillfactor = 50);

-- The last batch of each writing process, so that a batch whose answer was lost is never written twice.
create table log_writers (
  tenant_id text not null references tenants on delete cascade,
  writer_id text not null,
  batch bigint not null,
  id_prefix text not null,
  first_counter bigint not null,
  primary key (tenant_id, writer_id)
) with (fillfactor = 50);

-- One partition per day of the id, which begins with the time; see docs/decisions for the write path.
create table logs (
  tenant_id text not null,
  log_id text collate "C" not null,
  date timestamptz not null,
  type text not null,
  user_id text,
  document jsonb not null,
  primary key (tenant_id, log_id)
) partition by range (log_id);
create index logs_by_date on logs (tenant_id, date, log_id);

-- Writes a batch of events of one tenant; see log-append.ts. Invariants, in the order in which rows are locked:
-- 1. the tenant's head stays locked until the commit, and a commit is visible before its locks are free: ids grow in
--    the order of commits across all servers, and a reader that has seen an id never meets a smaller new one;
-- 2. the writer's row tells a batch that is tried again: the second attempt waits for the first one at the head, then
--    finds its mark and returns what the first one committed. After a later batch of the writer it returns nulls.
-- The time in the ids is the database's and never goes back.
create function append_log(
  tenant text, writer text, number bigint, documents jsonb, out prefix text, out start bigint
) language plpgsql as $$
declare
  size constant bigint := jsonb_array_length(documents);
  head log_heads;
begin
  insert into log_heads as h (tenant_id, last_ms, counter)
  values (tenant, floor(extract(epoch from clock_timestamp()) * 1000), size)
  on conflict (tenant_id) do update
    set last_ms = greatest(h.last_ms, excluded.last_ms), counter = h.counter + size
  returning * into head;

  insert into log_writers as w (tenant_id, writer_id, batch, id_prefix, first_counter)
  values (
    tenant, writer, number,
    '900' || to_char(timestamp 'epoch' + head.last_ms * interval '1 millisecond', 'YYYYMMDDHH24MISSMS'),
    head.counter - size
  )
  on conflict (tenant_id, writer_id) do update
    set batch = excluded.batch, id_prefix = excluded.id_prefix, first_counter = excluded.first_counter
    where w.batch < excluded.batch
  returning id_prefix, first_counter into prefix, start;

  if not found then
    select id_prefix, first_counter into prefix, start
    from log_writers where tenant_id = tenant and writer_id = writer and batch = number;
    return;
  end if;

  insert into logs (tenant_id, log_id, date, type, user_id, document)
  select
    tenant, prefix || lpad((start + position - 1)::text, 36, '0'),
    (document ->> 'date')::timestamptz, document ->> 'type', document ->> 'user_id', document
  from jsonb_array_elements(documents) with ordinality as given (document, position);
end $$;
`
