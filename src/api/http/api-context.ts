/** What an operation's call receives beside its input: the tenant, the caller, and doors to the data. */

import type { Kysely } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import type { StatedEvent } from '../../logs/record/log-event.ts'
import type { ConfigurationRead, ConfigurationWrite } from '../../store/database/configuration-write.ts'
import type { Database } from '../../store/database/schema.ts'
import type { TenantContext } from './api-deps.ts'

/** Who calls, as the verified token says. */
export interface Caller {
  readonly subject: string
  readonly clientId: string
  readonly scopes: readonly string[]
}

export interface ApiContext {
  readonly tenant: TenantContext
  readonly caller: Caller
  readonly db: Kysely<Database>
  readonly clock: Clock
  /** The request's address as the caller wrote it, for links to further pages. */
  readonly url: URL
  /** Reads of experimentation data: the database and the tenant in one argument. */
  readonly read: ConfigurationRead
  /**
   * One transaction on the tenant's experimentation data. When it settles, the change is durable and this server
   * decides by it. Failures that the database reports for a broken rule arrive as coded errors.
   */
  write<T>(work: (write: ConfigurationWrite) => Promise<T>): Promise<T>
  /**
   * Writes an event that the call has brought about, with what is known of the caller; the answer waits for it. The call
   * counts as one that has changed something, also when it fails.
   */
  recordEvent(event: StatedEvent): Promise<void>
  /** Adds a header to the answer, such as `Link`. */
  setHeader(name: string, value: string): void
}
