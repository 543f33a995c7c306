/** Tenants: which one a host name addresses, and the secrets that belong to it. */

import { sql } from 'kysely'
import { type TenantId, toTenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'

export interface TenantRecord {
  readonly tenantId: TenantId
  readonly friendlyName: string
  readonly isDefault: boolean
  /** Addresses to which `/v2/logout` may return when no client is named. */
  readonly allowedLogoutUrls: readonly string[]
}

/** The tenant that owns the host name (lower case, without the port), else the default tenant. */
export const findTenantByDomain = async (db: Db, domain: string): Promise<TenantRecord | undefined> => {
  const columns = ['t.tenant_id', 't.friendly_name', 't.is_default', 't.allowed_logout_urls'] as const
  const row = await db
    .selectFrom('tenant_domains as d')
    .innerJoin('tenants as t', 't.tenant_id', 'd.tenant_id')
    .select([...columns, sql<number>`1`.as('rank')])
    .where('d.domain', '=', domain)
    .unionAll(
      db
        .selectFrom('tenants as t')
        .select([...columns, sql<number>`2`.as('rank')])
        .where('t.is_default', '=', true),
    )
    .orderBy('rank')
    .limit(1)
    .executeTakeFirst()
  return (
    row && {
      tenantId: toTenantId(row.tenant_id),
      friendlyName: row.friendly_name,
      isDefault: row.is_default,
      allowedLogoutUrls: row.allowed_logout_urls,
    }
  )
}

/**
 * Creates a tenant and its host names; the default tenant is the one that unknown hosts address.
 * A concurrent creation of the same tenant is waited for.
 *
 * @returns false, and changes nothing, when the tenant exists
 * @throws TypeError when the database has another default tenant
 */
export const insertTenant = async (
  db: Db,
  tenant: TenantRecord & { readonly domains: readonly string[] },
): Promise<boolean> => {
  const inserted = await db
    .insertInto('tenants')
    .values({
      tenant_id: tenant.tenantId,
      friendly_name: tenant.friendlyName,
      is_default: tenant.isDefault,
      allowed_logout_urls: [...tenant.allowedLogoutUrls],
    })
    // Every unique index decides: with one of them named, the others would refuse the slower of two servers.
    .onConflict(conflict => conflict.doNothing())
    .returning('tenant_id')
    .executeTakeFirst()
  if (!inserted) {
    if (await tenantExists(db, tenant.tenantId)) return false
    throw new TypeError(`tenant ${tenant.tenantId} cannot be the default one: another is`)
  }
  if (tenant.domains.length > 0) {
    await db
      .insertInto('tenant_domains')
      .values(tenant.domains.map(domain => ({ domain: domain.toLowerCase(), tenant_id: tenant.tenantId })))
      .onConflict(conflict => conflict.column('domain').doNothing())
      .execute()
  }
  return true
}

/** A secret of the tenant, sealed as it is stored. */
export const findTenantSecret = async (db: Db, tenantId: TenantId, name: string): Promise<string | undefined> => {
  const row = await db
    .selectFrom('tenant_secrets')
    .select('value')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.value
}

/** Stores a sealed secret unless the tenant has one of this name. */
export const insertTenantSecret = async (db: Db, tenantId: TenantId, name: string, sealed: string): Promise<void> => {
  await db
    .insertInto('tenant_secrets')
    .values({ tenant_id: tenantId, name, value: sealed })
    .onConflict(conflict => conflict.columns(['tenant_id', 'name']).doNothing())
    .execute()
}

/** Stores a sealed secret in the place of what the tenant has under this name. */
export const saveTenantSecret = async (db: Db, tenantId: TenantId, name: string, sealed: string): Promise<void> => {
  await db
    .insertInto('tenant_secrets')
    .values({ tenant_id: tenantId, name, value: sealed })
    .onConflict(conflict => conflict.columns(['tenant_id', 'name']).doUpdateSet({ value: sealed }))
    .execute()
}

/** The tenant that unknown hosts address, of which a database has at most one. */
export const findDefaultTenantId = async (db: Db): Promise<TenantId | undefined> => {
  const row = await db.selectFrom('tenants').select('tenant_id').where('is_default', '=', true).executeTakeFirst()
  return row && toTenantId(row.tenant_id)
}

/** Whether the tenant has been created. */
export const tenantExists = async (db: Db, tenantId: TenantId): Promise<boolean> =>
  (await db.selectFrom('tenants').select('tenant_id').where('tenant_id', '=', tenantId).executeTakeFirst()) !==
  undefined
