/** Transactions on a tenant's experimentation data: one writer at a time, broken rules as coded errors. */

import { type ControlledTransaction, type Kysely, sql, type Transaction } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import type { RandomBytes } from '../../base/random.ts'
import { apiError, type ErrorCode } from '../../model/error-codes.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Database } from './schema.ts'

/** Where to read: a database or a transaction, and the tenant whose rows count. */
export interface ConfigurationRead {
  readonly db: Kysely<Database>
  readonly tenantId: TenantId
}

/** A read inside the tenant's only running write transaction. */
export interface ConfigurationWrite extends ConfigurationRead {
  readonly db: Transaction<Database> | ControlledTransaction<Database>
  /** The moment of this write, at the precision of the wire (milliseconds). */
  readonly now: Date
  readonly random: RandomBytes
}

export interface ConfigurationWriteOptions {
  readonly db: Kysely<Database>
  readonly tenantId: TenantId
  readonly clock: Clock
  readonly random: RandomBytes
}

const UNIQUE_VIOLATION = '23505'
const FOREIGN_KEY_VIOLATION = '23503'

/** Unique constraints that say something to the caller when they break. */
const UNIQUE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  feature_flags_name: ['feature_flag_exists', 'Another feature flag has this name; choose another one.'],
  variations_name: ['variation_exists', 'Another variation of this feature flag has this name; choose another one.'],
  segments_name: ['segment_exists', 'Another segment has this name; choose another one.'],
  actions_name: ['action_exists', 'Another Action has this name; choose another one.'],
  experiments_name: ['experiment_exists', 'Another experiment has this name; choose another one.'],
  experiments_one_active: [
    'experiment_active_limit_exceeded',
    'Another experiment of this tenant is active; pause or complete it first.',
  ],
  ...Object.fromEntries(
    ['login', 'signup', 'mfa_enrollment', 'mfa_challenge', 'passkey_enrollment', 'password_reset'].map(flow => [
      `experiments_one_${flow}`,
      [
        'experiment_active_limit_exceeded',
        `Another active experiment decides the flow ${flow}; pause or complete it first.`,
      ] as const,
    ]),
  ),
}

/** The names of the unique constraints that have a code; the test compares them with the schema. */
export const CODED_CONSTRAINTS = Object.keys(UNIQUE)

const field = (error: unknown, name: 'code' | 'constraint'): unknown =>
  error instanceof Error && name in error ? error[name as keyof Error] : undefined // the driver's fields are untyped

const toCodedError = (error: unknown): unknown => {
  const constraint = field(error, 'constraint')
  if (field(error, 'code') !== UNIQUE_VIOLATION || typeof constraint !== 'string') return error
  const [code, message] = UNIQUE[constraint] ?? []
  return code && message ? apiError(code, message, { cause: error }) : error
}

/**
 * Runs `work` in a transaction that holds the tenant's row.
 *
 * Every change of experimentation data raises `tenants.config_version` by a trigger, so writers of one tenant
 * queue for that row at their first change anyway. Taking it before the first read costs nothing more, and then
 * what a write has read stays true until it commits: an activation cannot race with the archiving of its flag,
 * with the deletion of a variation or with an edit of its allocations, and no two writers lock rows in opposite
 * order. Reads and other tenants never wait.
 *
 * @throws coded errors for broken unique constraints (`experiments_one_active` included)
 */
export const writeConfiguration = async <T>(
  { db, tenantId, clock, random }: ConfigurationWriteOptions,
  work: (write: ConfigurationWrite) => Promise<T>,
): Promise<T> => {
  try {
    return await db.transaction().execute(async transaction => {
      await sql`select from tenants where tenant_id = ${tenantId} for no key update`.execute(transaction)
      return await work({ db: transaction, tenantId, now: new Date(clock()), random })
    })
  } catch (error) {
    throw toCodedError(error)
  }
}

/** Turns "other rows still refer to this one" into the given code. */
export const refuseWhileReferenced = async <T>(code: ErrorCode, message: string, remove: Promise<T>): Promise<T> => {
  try {
    return await remove
  } catch (error) {
    if (field(error, 'code') !== FOREIGN_KEY_VIOLATION) throw error
    throw apiError(code, message, { cause: error })
  }
}
