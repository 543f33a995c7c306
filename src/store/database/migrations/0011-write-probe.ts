/** What `/readyz` asks: whether the database can be written. */

export const name = '0011-write-probe'

/**
 * `probe_writing()` fails where a login would, and leaves nothing behind that grows:
 * - a sort larger than its memory takes about 100 KB of the disk that the tables are on, and gives them back at once.
 *   An update alone would not notice a full disk, because it finds its place in pages that are there;
 * - the update of one row needs a database that is not read-only, and a commit that reaches the write-ahead log.
 */
export const sql = /* sql */ `
create table write_probes (
  is_only boolean primary key default true check (is_only),
  probed_at timestamptz not null
) with (fillfactor = 50);

create function probe_writing() returns void language plpgsql set work_mem = '64kB' set temp_tablespaces = '' as $$
begin
  perform count(line) from (
    select n, repeat('x', 220) as line from generate_series(1, 400) as n order by n desc offset 0
  ) as sorted;
  insert into write_probes (probed_at) values (now()) on conflict (is_only) do update set probed_at = excluded.probed_at;
end $$;
`
