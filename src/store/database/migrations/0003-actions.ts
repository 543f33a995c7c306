/** Actions: drafts, versions, bindings, executions. */

export const name = '0003-actions'

/**
 * Invariants that the database keeps:
 * 1. an Action's name is its own within the tenant;
 * 2. at most one version of an Action is deployed; it was built, and it is not pruned: a foreign key of the Action;
 * 3. a version never changes once it is written (`refuse_change`), and has a number of its own;
 * 4. what is bound is deployed, for the trigger to which it is bound (`action_bindings_deployed`), so neither
 *    deleting a bound Action nor deploying it for another trigger is possible;
 * 5. a trigger has at most 20 bindings, each with a place of its own and an Action of its own;
 * 6. a change of what a login runs announces itself; edits of a draft do not.
 */
export const sql = /* sql */ `
create table actions (
  tenant_id text not null references tenants on delete cascade,
  action_id uuid not null,
  name text not null,
  trigger_id text not null,
  code text not null,
  dependencies jsonb not null,
  runtime text not null,
  secrets jsonb not null,
  status text not null default 'built' check (status in ('built', 'failed')),
  built_at timestamptz not null,
  draft_revision integer not null default 1,
  last_version_number integer not null default 0,
  deployed_version_id uuid,
  deployed_trigger_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, action_id),
  constraint actions_name unique (tenant_id, name),
  constraint actions_deployed unique (tenant_id, action_id, deployed_trigger_id),
  constraint actions_deployed_whole check ((deployed_version_id is null) = (deployed_trigger_id is null))
);
create index actions_list on actions (tenant_id, created_at, action_id);

create table action_versions (
  tenant_id text not null,
  action_id uuid not null,
  version_id uuid not null,
  number integer not null check (number >= 1),
  trigger_id text not null,
  code text not null,
  dependencies jsonb not null,
  runtime text not null,
  secrets jsonb not null,
  -- What runs: the code with its dependencies. A failed version has none.
  program text,
  built_trigger_id text generated always as (case when program is not null then trigger_id end) stored,
  errors jsonb not null,
  draft_revision integer not null,
  built_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, action_id, version_id),
  constraint action_versions_number unique (tenant_id, action_id, number),
  constraint action_versions_deployable unique (tenant_id, action_id, version_id, built_trigger_id),
  constraint action_versions_built check ((program is null) = (built_at is null)),
  foreign key (tenant_id, action_id) references actions on delete cascade
);
alter table actions add constraint actions_deployed_version
  foreign key (tenant_id, action_id, deployed_version_id, deployed_trigger_id)
  references action_versions (tenant_id, action_id, version_id, built_trigger_id);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % do not change', tg_table_name;
end $$;
create trigger action_versions_immutable before update on action_versions
  for each row execute function refuse_change();

create table action_bindings (
  tenant_id text not null references tenants on delete cascade,
  binding_id uuid not null,
  trigger_id text not null,
  position integer not null check (position between 0 and 19),
  action_id uuid not null,
  display_name text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, binding_id),
  constraint action_bindings_position unique (tenant_id, trigger_id, position),
  constraint action_bindings_action unique (tenant_id, action_id, trigger_id),
  constraint action_bindings_deployed foreign key (tenant_id, action_id, trigger_id)
    references actions (tenant_id, action_id, deployed_trigger_id)
);

create table action_executions (
  tenant_id text not null references tenants on delete cascade,
  execution_id uuid not null,
  trigger_id text not null,
  status text not null
    check (status in ('unspecified', 'pending', 'final', 'partial', 'canceled', 'suspended')),
  results jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, execution_id)
);
create index action_executions_expiry on action_executions (expires_at);

create trigger actions_changed after update on actions for each row
  when (old.name is distinct from new.name or old.deployed_version_id is distinct from new.deployed_version_id)
  execute function announce_config_change();
create trigger action_bindings_changed after insert or update or delete on action_bindings
  for each row execute function announce_config_change();
`
