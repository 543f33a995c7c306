/** Flows of experiments, how many may be active, phases of a run, names and lists without what is archived. */

export const name = '0013-flows-and-phases'

/** The flows that each unique index below keeps free for one active experiment, in the spellings of the wire. */
const AUTHENTICATION = "'authentication', 'pre_login', 'pre_authentication', 'all'"

/**
 * Invariants that the database keeps:
 * 1. a flow is one of the wire's words. Until now any text was stored and each experiment ran in every login, which is
 *    what `authentication` means for those that are left;
 * 2. one experiment of a tenant is active, or one per flow where the tenant says so: the foreign key carries the tenant's
 *    choice to each experiment, so that the partial index can tell. Experiments that share a flow are never active
 *    together, whatever the choice is;
 * 3. a phase is written once and says what decided in it;
 * 4. what is archived takes no name, and no place in a list that does not ask for it.
 *
 * Overrides are stored as they are written; until now they came back wrapped, so they are wrapped here. A transaction
 * has the assignments of all its flows.
 */
export const sql = /* sql */ `
update experiments set authentication_flow = 'authentication'
where authentication_flow not in (
  'login', 'signup', 'mfa_enrollment', 'mfa_challenge', 'passkey_enrollment', 'password_reset', ${AUTHENTICATION}
);
update experiments set status = 'paused' where status = 'active' and authentication_flow = 'password_reset';
alter table experiments add constraint experiments_flow check (authentication_flow in (
  'login', 'signup', 'mfa_enrollment', 'mfa_challenge', 'passkey_enrollment', 'password_reset', ${AUTHENTICATION}
));

alter table tenants
  add column active_experiments text not null default 'one' check (active_experiments in ('one', 'one_per_flow')),
  add constraint tenants_active_experiments unique (tenant_id, active_experiments);
alter table experiments
  add column active_experiments text not null default 'one',
  add constraint experiments_active_experiments foreign key (tenant_id, active_experiments)
    references tenants (tenant_id, active_experiments) on update cascade;
drop index experiments_one_active;
create unique index experiments_one_active on experiments (tenant_id)
  where status = 'active' and active_experiments = 'one';
create unique index experiments_one_login on experiments (tenant_id)
  where status = 'active' and authentication_flow in ('login', ${AUTHENTICATION});
create unique index experiments_one_signup on experiments (tenant_id)
  where status = 'active' and authentication_flow in ('signup', ${AUTHENTICATION});
create unique index experiments_one_mfa_enrollment on experiments (tenant_id)
  where status = 'active' and authentication_flow in ('mfa_enrollment', 'all');
create unique index experiments_one_mfa_challenge on experiments (tenant_id)
  where status = 'active' and authentication_flow in ('mfa_challenge', 'all');
create unique index experiments_one_passkey_enrollment on experiments (tenant_id)
  where status = 'active' and authentication_flow in ('passkey_enrollment', 'all');
create unique index experiments_one_password_reset on experiments (tenant_id)
  where status = 'active' and authentication_flow in ('password_reset', 'all');

-- Levels and allocations as they are written: the shares of a level follow from both (src/decision/allocation/ramp.ts).
create table experiment_phases (
  tenant_id text not null,
  experiment_id text not null,
  phase integer not null check (phase >= 1),
  cause text not null check (cause in ('activation', 'allocations', 'subject', 'level', 'refresh')),
  started_at timestamptz not null,
  subject text not null,
  level integer,
  allocations json not null,
  primary key (tenant_id, experiment_id, phase),
  foreign key (tenant_id, experiment_id) references experiments on delete cascade
);
insert into experiment_phases (tenant_id, experiment_id, phase, cause, started_at, subject, level, allocations)
select tenant_id, experiment_id, 1, 'activation', started_at, subject, current_level, coalesce(
  (
    select json_agg(json_strip_nulls(json_build_object(
      'variation_id', was ->> 'variation_id', 'is_control', was -> 'is_control', 'weight', was -> 'weight',
      'segment_id', was ->> 'segment_id', 'priority', was -> 'priority', 'is_fallback', was -> 'is_fallback'
    )) order by position)
    from json_array_elements(archived_allocations) with ordinality as archived (was, position)
  ),
  (
    select json_agg(json_strip_nulls(json_build_object(
      'variation_id', variation_id, 'is_control', is_control, 'weight', weight,
      'segment_id', segment_id, 'priority', priority, 'is_fallback', is_fallback
    )) order by position)
    from allocations a where a.tenant_id = e.tenant_id and a.experiment_id = e.experiment_id
  ),
  '[]'
)
from experiments e where started_at is not null;

alter table experiments drop constraint experiments_name;
create unique index experiments_name on experiments (tenant_id, name) where status <> 'archived';
alter table feature_flags drop constraint feature_flags_name;
create unique index feature_flags_name on feature_flags (tenant_id, name) where status <> 'archived';
alter table segments drop constraint segments_name;
create unique index segments_name on segments (tenant_id, name) where status <> 'archived';
drop index experiments_list, feature_flags_list, segments_list;
create index experiments_list on experiments (tenant_id, created_at, experiment_id) where status <> 'archived';
create index feature_flags_list on feature_flags (tenant_id, created_at, feature_flag_id) where status <> 'archived';
create index segments_list on segments (tenant_id, created_at, segment_id) where status <> 'archived';
create index experiments_by_status on experiments (tenant_id, status, created_at, experiment_id);
create index feature_flags_by_status on feature_flags (tenant_id, status, created_at, feature_flag_id);
create index segments_by_status on segments (tenant_id, status, created_at, segment_id);

update variations set overrides = coalesce(
  (select json_object_agg(key, json_build_object('value', value)) from json_each(overrides)), '{}'
);

alter table login_transactions add column assignments jsonb not null default '[]';
update login_transactions
set assignments = jsonb_build_array('{"assignment": "auto", "authentication_flow": "authentication"}' || assignment)
where assignment is not null;
alter table login_transactions drop column assignment;
`
