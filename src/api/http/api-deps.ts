/** What the Management API needs from the rest of the server; the composition root provides it. */

import type { JWK } from 'jose'
import type { Kysely } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import type { RandomBytes } from '../../base/random.ts'
import type { Rate } from '../../base/rate-limiter.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { TenantId } from '../../model/ids.ts'
import type { CancellableRead } from '../../store/database/cancellable-read.ts'
import type { Database } from '../../store/database/schema.ts'

/** The tenant that a request addresses. */
export interface TenantContext {
  readonly tenantId: TenantId
  /** For people. */
  readonly name: string
  /** With the trailing slash, such as `http://localhost:3000/`; tokens carry it as `iss`. */
  readonly issuer: string
}

export interface ManagementApiDeps {
  readonly db: Kysely<Database>
  /** Where searches and lists are read, each on a connection of its own. */
  readonly readCancellably: CancellableRead
  /** Searches under way at once, and lists. */
  readonly readPlaces: number
  /** Requests of a client. */
  readonly rateLimit: Rate | 'off'
  readonly log: TenantLog
  readonly clock: Clock
  readonly random: RandomBytes
  /** Finds the tenant by the request's host name. */
  tenantOf(request: Request): Promise<TenantContext>
  /** The tenant's public signing keys, those of running rotations included. */
  verificationKeys(tenantId: TenantId): Promise<readonly JWK[]>
  /** The client's name for the log; empty when there is none. */
  clientName(tenantId: TenantId, clientId: string): Promise<string>
  /** The caller's address; `env` is what the HTTP server hands to Hono with the request. */
  ipOf(request: Request, env: unknown): string
  /** Called after each committed change of experimentation data; the answer waits for it. */
  afterConfigChange(tenantId: TenantId): Promise<void>
  /** Takes what the operator must know of a 5xx answer and the caller must not. */
  logError(error: unknown, context: { readonly operation: string; readonly tenantId?: TenantId }): void
}
