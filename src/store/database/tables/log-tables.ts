/** The tables of the tenant log and of the streams that forward it. */

import type { Generated, GeneratedAlways } from 'kysely'
import type { JsonColumn, Timestamp } from './column.ts'

interface LogHeadsTable {
  tenant_id: string
  last_ms: string
  counter: string
}

interface LogWritersTable {
  tenant_id: string
  writer_id: string
  batch: string
  id_prefix: string
  first_counter: string
}

interface LogsTable {
  tenant_id: string
  log_id: string
  date: Timestamp
  type: string
  user_id: string | null
  document: JsonColumn<Record<string, unknown>>
}

interface LogStreamsTable {
  tenant_id: string
  log_stream_id: string
  name: string
  type: string
  status: Generated<'active' | 'paused' | 'suspended'>
  is_priority: Generated<boolean>
  filters: JsonColumn<readonly { readonly type: 'category'; readonly name: string }[]>
  pii_config: JsonColumn<object> | null
  /** The sink's settings without its secrets. */
  sink: JsonColumn<Record<string, unknown>>
  sealed_secrets: string
  revision: Generated<string>
  created_at: Timestamp
  updated_at: Timestamp
}

interface LogStreamDeliveriesTable {
  tenant_id: string
  log_stream_id: string
  position: string
  lease_token: Generated<string>
  lease_expires_at: Generated<Timestamp>
  attempts: Generated<number>
  failing_since: Timestamp | null
  retry_at: Generated<Timestamp>
  delivered: Generated<string>
  delivered_at: Timestamp | null
  minute: Generated<Timestamp>
  minute_delivered: Generated<string>
  last_minute_delivered: Generated<string>
}

interface LogStreamErrorsTable {
  tenant_id: string
  log_stream_id: string
  error_id: GeneratedAlways<string>
  happened_at: Generated<Timestamp>
  status: number | null
  reason: string
  first_log_id: string
  events: number
}

export interface LogTables {
  log_heads: LogHeadsTable
  log_writers: LogWritersTable
  logs: LogsTable
  log_streams: LogStreamsTable
  log_stream_deliveries: LogStreamDeliveriesTable
  log_stream_errors: LogStreamErrorsTable
}
