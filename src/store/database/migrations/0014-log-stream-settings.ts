/** Log streams of type `file` have files of their own; addresses of webhooks are sealed. */

export const name = '0014-log-stream-settings'

/**
 * `a.log` becomes `a.log.1`, `a.log.2` and so on when it is full, so a name and those of its rotations are one family, and
 * a family belongs to one stream of its tenant. Case does not count: file systems differ in it. Of streams that share
 * a family until now, the oldest keeps it, and the others go on in a file that their id names.
 *
 * The query of a webhook's address may hold a credential. Rows of before have it in the open; the server, which has the
 * key, seals them when it starts, and finds them by the index, which is empty from then on.
 */
export const sql = /* sql */ `
create function log_stream_file_family(sink jsonb) returns text immutable language sql as $$
  select lower(regexp_replace(sink ->> 'fileName', '(\\.([1-9][0-9]{0,2}|1000))+$', '') collate "C")
$$;
with ranked as (
  select tenant_id, log_stream_id, row_number() over (
    partition by tenant_id, log_stream_file_family(sink) order by created_at, log_stream_id
  ) as place
  from log_streams where type = 'file'
)
update log_streams s
set sink = jsonb_set(s.sink, '{fileName}', to_jsonb(left(s.sink ->> 'fileName', 70) || '-' || s.log_stream_id)),
  revision = s.revision + 1
from ranked r
where r.tenant_id = s.tenant_id and r.log_stream_id = s.log_stream_id and r.place > 1;
create unique index log_streams_file on log_streams (tenant_id, log_stream_file_family(sink)) where type = 'file';
create index log_streams_open_address on log_streams (tenant_id, log_stream_id) where sink ? 'httpEndpoint';
`
