/** The connection that a page of passwords asks. */

import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'
import type { PageInteraction } from '../engine/interaction.ts'
import { DATABASE_CONNECTION, type Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'

/** The database connection that the request names, or the tenant's usual one. */
export const pageConnection = async (
  { tenant }: Exchange,
  directory: Pick<Directory, 'connection'>,
  { transaction }: PageInteraction,
): Promise<ConnectionRecord> => {
  const named = transaction.params.connection
  const asked = named ? await directory.connection(tenant.tenantId, named) : undefined
  if (asked?.strategy === 'auth0') return asked
  const usual = await directory.connection(tenant.tenantId, DATABASE_CONNECTION)
  if (!usual) throw new TypeError(`tenant ${tenant.tenantId} has no database connection`)
  return usual
}
