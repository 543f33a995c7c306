/** The tables of tenants, their keys, applications and APIs. */

import type { Generated } from 'kysely'
import type { ActiveLimit } from '../../../model/experimentation-settings.ts'
import type { JsonColumn, Timestamp } from './column.ts'

interface InstallationSecretsTable {
  name: string
  value: string
  created_at: Generated<Timestamp>
}

interface TenantsTable {
  tenant_id: string
  friendly_name: string
  is_default: Generated<boolean>
  /** bigint: node-postgres returns it as text. */
  config_version: Generated<string>
  allowed_logout_urls: Generated<string[]>
  /** How many experiments may be active. */
  active_experiments: Generated<ActiveLimit>
  created_at: Generated<Timestamp>
}

interface TenantDomainsTable {
  domain: string
  tenant_id: string
}

interface TenantSecretsTable {
  tenant_id: string
  name: string
  value: string
  created_at: Generated<Timestamp>
}

interface SigningKeysTable {
  tenant_id: string
  kid: string
  status: 'current' | 'next' | 'previous'
  sealed_private_jwk: string
  created_at: Generated<Timestamp>
}

interface ClientsTable {
  tenant_id: string
  client_id: string
  name: string
  app_type: 'native' | 'spa' | 'regular_web' | 'non_interactive'
  sealed_client_secret: string | null
  token_endpoint_auth_method: 'none' | 'client_secret_post' | 'client_secret_basic'
  grant_types: string[]
  callbacks: string[]
  allowed_logout_urls: string[]
  client_metadata: JsonColumn<Record<string, string>>
  initiate_login_uri: string | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

interface ResourceServersTable {
  tenant_id: string
  resource_server_id: string
  identifier: string
  name: string
  scopes: string[]
  token_lifetime: Generated<number>
  allow_offline_access: Generated<boolean>
  is_system: Generated<boolean>
}

interface ClientGrantsTable {
  tenant_id: string
  client_grant_id: string
  client_id: string
  audience: string
  scopes: string[]
}

interface ConnectionsTable {
  tenant_id: string
  connection_id: string
  name: string
  strategy: string
  options: JsonColumn<Record<string, unknown>>
  created_at: Generated<Timestamp>
}

export interface TenantTables {
  installation_secrets: InstallationSecretsTable
  tenants: TenantsTable
  tenant_domains: TenantDomainsTable
  tenant_secrets: TenantSecretsTable
  signing_keys: SigningKeysTable
  clients: ClientsTable
  resource_servers: ResourceServersTable
  client_grants: ClientGrantsTable
  connections: ConnectionsTable
}
