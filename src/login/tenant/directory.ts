/** What every request asks of a tenant's configuration, remembered for a second. */

import type { Clock } from '../../base/clock.ts'
import { createExpiringCache, type ExpiringCache } from '../../base/expiring-cache.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../../store/database/database.ts'
import { type ClientGrantRecord, findClientGrant } from '../../store/tenants/client-grant-store.ts'
import { type ClientRecord, findClient } from '../../store/tenants/client-store.ts'
import { type ConnectionRecord, findConnection } from '../../store/tenants/connection-store.ts'
import {
  findResourceServer,
  findSystemResourceServer,
  type ResourceServerRecord,
} from '../../store/tenants/resource-server-store.ts'
import { loadSeedRecord } from './seed-record.ts'
import type { Tenant } from './tenant.ts'

/** A client whose secret is open: it stays in memory and never leaves but to be compared. */
export interface Client extends Omit<ClientRecord, 'sealedSecret'> {
  readonly secret: string | undefined
}

/** The connection that hosted pages log in to. */
export const DATABASE_CONNECTION = 'Username-Password-Authentication'

export interface Directory {
  client(tenantId: TenantId, clientId: string): Promise<Client | undefined>
  /** The application that the first start made. */
  firstApplication(tenantId: TenantId): Promise<Client | undefined>
  /** The API of an audience. `ISSUER + "api/v2/"` is the Management API, also when it was created under another issuer. */
  resourceServer(tenant: Tenant, audience: string): Promise<ResourceServerRecord | undefined>
  clientGrant(
    tenantId: TenantId,
    clientId: string,
    server: ResourceServerRecord,
  ): Promise<ClientGrantRecord | undefined>
  connection(tenantId: TenantId, name: string): Promise<ConnectionRecord | undefined>
  /** Connections of the tenant are read again when they are next asked for: what was read before may have changed. */
  forgetConnections(tenantId: TenantId): void
}

/** Milliseconds until a change is seen by every server, announced or not. */
const TTL_MS = 1_000
const MAX_ENTRIES = 5_000

/** Ids longer than any that exists are not looked up, so that they cannot fill the memory. */
const MAX_ID = 1_024

const secretContext = (tenantId: TenantId, clientId: string): string => `clients:${tenantId}:${clientId}`

/** Seals a client's secret for its row. */
export const sealClientSecret = (box: SecretBox, tenantId: TenantId, clientId: string, secret: string): string =>
  box.seal(secret, secretContext(tenantId, clientId))

/** Opens what `sealClientSecret` has sealed. @throws UnsealError */
export const openClientSecret = (box: SecretBox, tenantId: TenantId, clientId: string, sealed: string): string =>
  box.open(sealed, secretContext(tenantId, clientId))

export const createDirectory = ({
  db,
  clock,
  secretBox,
}: {
  readonly db: Db
  readonly clock: Clock
  readonly secretBox: SecretBox
}): Directory => {
  const cacheOf = <Value>(): ExpiringCache<Value | undefined> =>
    createExpiringCache({ maxEntries: MAX_ENTRIES, ttlMs: TTL_MS, clock })
  const clients = cacheOf<Client>()
  const firstApplications = cacheOf<Client>()
  const servers = cacheOf<ResourceServerRecord>()
  const grants = cacheOf<ClientGrantRecord>()
  const connections = cacheOf<ConnectionRecord>()
  /** Tenants whose connections have changed are few: how often, as a part of the key. */
  const changes = new Map<TenantId, number>()

  const read = async <Value>(
    cache: ExpiringCache<Value | undefined>,
    ids: readonly string[],
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> => {
    if (ids.some(id => id.length > MAX_ID || id.includes('\0'))) return undefined
    return cache.get(ids.join('\0'), load)
  }

  const loadClient = async (tenantId: TenantId, clientId: string): Promise<Client | undefined> => {
    const record = await findClient(db, tenantId, clientId)
    if (!record) return undefined
    const { sealedSecret, ...client } = record
    return { ...client, secret: sealedSecret && openClientSecret(secretBox, tenantId, clientId, sealedSecret) }
  }

  const loadFirstApplication = async (tenantId: TenantId): Promise<Client | undefined> =>
    loadClient(tenantId, (await loadSeedRecord(db, tenantId, secretBox)).appClientId)

  return {
    client: (tenantId, clientId) => read(clients, [tenantId, clientId], () => loadClient(tenantId, clientId)),
    firstApplication: tenantId => read(firstApplications, [tenantId], () => loadFirstApplication(tenantId)),
    resourceServer: ({ tenantId, issuer }, audience) =>
      read(servers, [tenantId, issuer, audience], () =>
        audience === `${issuer}api/v2/`
          ? findSystemResourceServer(db, tenantId)
          : findResourceServer(db, tenantId, audience),
      ),
    clientGrant: (tenantId, clientId, { identifier }) =>
      read(grants, [tenantId, clientId, identifier], () => findClientGrant(db, tenantId, clientId, identifier)),
    connection: (tenantId, name) =>
      read(connections, [tenantId, String(changes.get(tenantId) ?? 0), name], () => findConnection(db, tenantId, name)),
    forgetConnections: tenantId => void changes.set(tenantId, (changes.get(tenantId) ?? 0) + 1),
  }
}
