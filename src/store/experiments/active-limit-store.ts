/** How many experiments of a tenant may be active. */

import type { ActiveLimit } from '../../model/experimentation-settings.ts'
import type { ConfigurationRead, ConfigurationWrite } from '../database/configuration-write.ts'

export const loadActiveLimit = async ({ db, tenantId }: ConfigurationRead): Promise<ActiveLimit> => {
  const { active_experiments } = await db
    .selectFrom('tenants')
    .select('active_experiments')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return active_experiments
}

/**
 * Changes the limit. A foreign key carries it to every experiment of the tenant, whose unique indexes then refuse it
 * when more are active than it allows.
 *
 * @throws `experiment_active_limit_exceeded`
 */
export const saveActiveLimit = async ({ db, tenantId }: ConfigurationWrite, limit: ActiveLimit): Promise<void> => {
  await db
    .updateTable('tenants')
    .set({ active_experiments: limit })
    .where('tenant_id', '=', tenantId)
    .where('active_experiments', '<>', limit)
    .execute()
}
