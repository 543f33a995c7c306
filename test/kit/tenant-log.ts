/** A database with tenants whose log can be written and read, and events to write. */

import type { JsonObject } from '../../src/base/json.ts'
import type { LogType } from '../../src/logs/events/index.ts'
import { toLogText } from '../../src/logs/record/document.ts'
import type { LogEvent, LogEventOf } from '../../src/logs/record/log-event.ts'
import { type TenantId, toTenantId } from '../../src/model/ids.ts'
import { ensureLogPartitions } from '../../src/store/logs/log-partitions.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

export const DEV = toTenantId('dev')
export const OTHER = toTenantId('other')

const ORIGIN = { tenantName: 'dev', environmentName: 'self-hosted' }

/** Fields of an event that a test makes up: the table of events does not bind its details. */
export type MadeUpFields = Partial<Omit<LogEventOf<LogType>, 'details'>> & { readonly details?: JsonObject }

/** A login, as far as the fields say nothing else. */
export const madeUp = (fields: MadeUpFields): LogEvent =>
  ({ tenant_id: DEV, type: 's', date: 1_795_254_312_345, details: {}, ...fields }) as unknown as LogEvent // its details are made up

/** An event that can be told from all others by `details.n`. */
export const numbered = (n: number, fields: MadeUpFields = {}): LogEvent =>
  madeUp({ date: 1_795_254_312_345 + n, user_id: `auth0|${n}`, details: { n }, ...fields })

/** The text of a numbered event, as the log stores it. */
export const numberedText = (n: number): string => toLogText(numbered(n), ORIGIN)

/** `details.n` of a document that was read back. */
export const numberOf = (document: Readonly<Record<string, unknown>>): number => {
  const { details } = document as { details?: { n?: number } } // a document that `numbered` made
  if (details?.n === undefined) throw new TypeError('the document was not made by `numbered`')
  return details.n
}

/** Two tenants, and the partitions of the next days. */
export const createLogDatabase = async (): Promise<TestDatabase & { readonly tenants: readonly TenantId[] }> => {
  const database = await createTestDatabase()
  const tenants = [DEV, OTHER]
  await database.db
    .insertInto('tenants')
    .values(tenants.map(tenant_id => ({ tenant_id, friendly_name: tenant_id })))
    .execute()
  await ensureLogPartitions(database.db)
  return { ...database, tenants }
}
