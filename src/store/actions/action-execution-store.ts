/** Executions of Actions in the database: written by logins, read by the Management API, gone after ten days. */

import { type ActionExecution, EXECUTION_DAYS, type ExecutionResult } from '../../model/action-execution.ts'
import { isUuid } from '../../model/action-id.ts'
import { apiError } from '../../model/error-codes.ts'
import type { TenantId } from '../../model/ids.ts'
import type { ConfigurationRead } from '../database/configuration-write.ts'
import type { Db } from '../database/database.ts'
import { toStorableText } from '../database/storable-text.ts'

const DAY_MS = 86_400_000

const cleanResult = ({ error, logs, ...result }: ExecutionResult): ExecutionResult => ({
  ...result,
  ...(logs === undefined ? {} : { logs: toStorableText(logs) }),
  ...(error && { error: { id: error.id, msg: toStorableText(error.msg) } }),
})

/**
 * Writes what a trigger's Actions did. Written again under its id, as a suspended one is when it goes on, an
 * execution has the later status and results and the earlier `createdAt`.
 */
export const recordExecution = async (db: Db, tenantId: TenantId, execution: ActionExecution): Promise<void> => {
  const results = JSON.stringify(execution.results.map(cleanResult))
  await db
    .insertInto('action_executions')
    .values({
      tenant_id: tenantId,
      execution_id: execution.id,
      trigger_id: execution.triggerId,
      status: execution.status,
      results,
      created_at: execution.createdAt,
      updated_at: execution.updatedAt,
      expires_at: new Date(execution.createdAt.getTime() + EXECUTION_DAYS * DAY_MS),
    })
    .onConflict(conflict =>
      conflict.columns(['tenant_id', 'execution_id']).doUpdateSet(({ ref }) => ({
        status: execution.status,
        results,
        updated_at: ref('excluded.updated_at'),
      })),
    )
    .execute()
}

/** @throws `inexistent_action_execution`, also for one whose ten days are over */
export const loadExecution = async (
  { db, tenantId }: ConfigurationRead,
  id: string,
  now: Date,
): Promise<ActionExecution> => {
  const row = isUuid(id)
    ? await db
        .selectFrom('action_executions')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('execution_id', '=', id)
        .where('expires_at', '>', now)
        .executeTakeFirst()
    : undefined
  if (!row) {
    throw apiError('inexistent_action_execution', `There is no execution ${JSON.stringify(id.slice(0, 64))}.`)
  }
  return {
    id: row.execution_id,
    triggerId: row.trigger_id,
    status: row.status,
    results: row.results,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
