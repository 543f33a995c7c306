/** The log's search indexes, and the streams that forward it. */

export const name = '0002-logs'

/**
 * Search. The first page of a search is the newest rows that match, so an index serves it by ending in the date:
 * the page is read from its end and nothing is sorted, however large the log. Expressions are written as
 * `log-condition.ts` writes them. Ids that name a handful of rows need no order, and a hash index is the cheapest to keep.
 * All text is compared by code points, whatever the locale of the database; a prefix needs that order.
 *
 * Streams. What the API writes (`log_streams`) and what the delivery writes (`log_stream_deliveries`) are two tables,
 * so that a change of the settings never waits for a delivery. Invariants of a delivery:
 * 1. `position` only grows: every event up to it is delivered or passed over by a filter;
 * 2. only the holder of the highest `lease_token` moves it.
 */
export const sql = /* sql */ `
alter table logs
  alter column type type text collate "C",
  alter column user_id type text collate "C";
create index logs_by_type on logs (tenant_id, type, date);
create index logs_by_user on logs (tenant_id, user_id, date) where user_id is not null;
create index logs_by_experiment_and_type
  on logs (tenant_id, ((document #>> '{details,experiment,experiment_id}') collate "C"), type, date)
  where (document #>> '{details,experiment,experiment_id}') collate "C" is not null;
create index logs_by_experiment
  on logs (tenant_id, ((document #>> '{details,experiment,experiment_id}') collate "C"), date, type)
  where (document #>> '{details,experiment,experiment_id}') collate "C" is not null;
create index logs_by_transaction on logs using hash (((document #>> '{details,transaction_id}') collate "C"));
create index logs_by_session on logs using hash (((document #>> '{details,session_id}') collate "C"));
create index logs_by_device on logs using hash (((document #>> '{details,device_id}') collate "C"));

create table log_streams (
  tenant_id text not null references tenants on delete cascade,
  log_stream_id text not null,
  name text not null,
  type text not null check (type in ('http', 'datadog', 'splunk', 'sumo', 'segment', 'mixpanel', 'nats', 'file')),
  status text not null default 'active' check (status in ('active', 'paused', 'suspended')),
  is_priority boolean not null default false,
  filters jsonb not null default '[]',
  pii_config jsonb,
  sink jsonb not null,
  sealed_secrets text not null,
  revision bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, log_stream_id)
);
create index log_streams_list on log_streams (tenant_id, created_at, log_stream_id);
create index log_streams_active on log_streams (tenant_id, log_stream_id) where status = 'active';

create table log_stream_deliveries (
  tenant_id text not null,
  log_stream_id text not null,
  position text collate "C" not null,
  lease_token bigint not null default 0,
  lease_expires_at timestamptz not null default '-infinity',
  attempts integer not null default 0,
  failing_since timestamptz,
  retry_at timestamptz not null default '-infinity',
  delivered bigint not null default 0,
  delivered_at timestamptz,
  minute timestamptz not null default '-infinity',
  minute_delivered bigint not null default 0,
  last_minute_delivered bigint not null default 0,
  primary key (tenant_id, log_stream_id),
  foreign key (tenant_id, log_stream_id) references log_streams on delete cascade
) with (fillfactor = 50);

create table log_stream_errors (
  tenant_id text not null,
  log_stream_id text not null,
  error_id bigint generated always as identity,
  happened_at timestamptz not null default now(),
  status integer,
  reason text not null,
  first_log_id text not null,
  events integer not null,
  primary key (tenant_id, log_stream_id, error_id),
  foreign key (tenant_id, log_stream_id) references log_streams on delete cascade
);
`
