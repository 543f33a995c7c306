/** A tenant with a connection and users, for tests of what users have. */

import { toTenantId } from '../../src/model/ids.ts'
import type { Db } from '../../src/store/database/database.ts'
import { hashPayloadId } from '../../src/store/logins/oidc-payload-store.ts'
import { insertConnection } from '../../src/store/tenants/connection-store.ts'
import { insertTenant } from '../../src/store/tenants/tenant-store.ts'
import { insertUser } from '../../src/store/users/user-writes.ts'

export const TENANT = toTenantId('dev')

const CONNECTION = { id: 'con_1', name: 'Users', strategy: 'auth0', options: {} }

/** Creates the tenant and its connection. */
export const insertTestTenant = async (db: Db, tenantId = TENANT): Promise<void> => {
  const isDefault = tenantId === TENANT
  await insertTenant(db, { tenantId, friendlyName: tenantId, isDefault, allowedLogoutUrls: [], domains: [] })
  await insertConnection(db, tenantId, CONNECTION)
}

let users = 0

/** A new user's id. */
export const insertTestUser = async (db: Db, tenantId = TENANT): Promise<string> => {
  users += 1
  const userId = `auth0|${users}`
  await insertUser(
    { db, tenantId },
    {
      userId,
      connectionId: CONNECTION.id,
      email: `user-${users}@example.com`,
      name: 'Ada',
      nickname: 'ada',
      passwordHash: 'hash',
      isAdministrator: false,
    },
  )
  return userId
}

/** A session that a user has in some browser. */
export const insertTestSession = async (
  db: Db,
  userId: string,
  sessionId: string,
  tenantId = TENANT,
): Promise<void> => {
  await db
    .insertInto('oidc_payloads')
    .values({
      tenant_id: tenantId,
      model: 'Session',
      id_hash: `cookie of ${sessionId}`,
      uid_hash: hashPayloadId(sessionId),
      payload: JSON.stringify({ uid: sessionId, accountId: userId }),
      grant_id: null,
      consumed_at: null,
      expires_at: new Date(Date.now() + 3_600_000),
    })
    .execute()
}

/** Notes a login of a user, as one at `/authorize` does. */
export const noteTestLogin = async (
  db: Db,
  userId: string,
  { ip, at }: { readonly ip: string; readonly at: Date },
  tenantId = TENANT,
): Promise<void> => {
  await db
    .updateTable('users')
    .set(({ eb }) => ({ logins_count: eb('logins_count', '+', 1), last_login: at, last_ip: ip }))
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .execute()
}
