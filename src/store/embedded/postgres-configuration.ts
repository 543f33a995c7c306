/** The configuration files of the embedded PostgreSQL: for one small machine, one server, no network. */

/** The role and the database that the server uses. */
export const ROLE = 'experiment_center'
export const DATABASE = 'experiment_center'

/**
 * Reasons: nothing listens on the network; data survives a power failure; few processes and little
 * memory at rest; and no statement, value or e-mail address reaches PostgreSQL's own log.
 */
const SETTINGS = {
  listen_addresses: '',
  unix_socket_directories: '.', // the data directory itself, entered before the socket is made: a path of any length
  unix_socket_permissions: '0700',
  port: 5432,
  max_connections: 100,

  fsync: 'on',
  full_page_writes: 'on',
  recovery_init_sync_method: 'syncfs', // one call where the default makes one for each of a thousand files
  synchronous_commit: 'on',
  wal_level: 'minimal',
  max_wal_senders: 0,
  min_wal_size: '32MB',
  max_wal_size: '512MB',

  shared_buffers: '64MB',
  work_mem: '8MB',
  maintenance_work_mem: '32MB',
  huge_pages: 'off',
  dynamic_shared_memory_type: 'posix',
  io_method: 'sync', // asynchronous reads would keep three more processes
  max_logical_replication_workers: 0,
  max_worker_processes: 2,
  max_parallel_workers_per_gather: 0,
  autovacuum_worker_slots: 2,
  autovacuum_max_workers: 2,
  jit: 'off',

  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
  log_timezone: 'UTC',
  timezone: 'UTC',
  lc_messages: 'C',
} as const satisfies Record<string, string | number>

const NOTICE = '# Written by the server at each start. Change settings with ALTER SYSTEM, which outlasts it.\n'

/** The text of `postgresql.conf`. */
export const postgresConf = (): string =>
  NOTICE +
  Object.entries(SETTINGS)
    .map(([name, value]) => `${name} = '${value}'\n`)
    .join('')

/**
 * The text of `pg_hba.conf`: the kernel says which account is at the other end of the socket, so that
 * there is no password that could leak.
 */
export const pgHbaConf = (): string => `${NOTICE}local all ${ROLE} peer map=server\n`

/** The text of `pg_ident.conf`: only the account of the server may be the role. */
export const pgIdentConf = (serverName: string): string => `${NOTICE}server "${serverName}" ${ROLE}\n`
