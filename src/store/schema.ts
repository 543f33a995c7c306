/** The tables as Kysely sees them; the SQL in `migrations/` is the truth. */

import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { ActionDependency, BuildError } from '../model/action.ts'
import type { ExecutionResult, ExecutionStatus } from '../model/action-execution.ts'
import type { SealedSecret } from '../model/action-secret.ts'

type Timestamp = Date
type JsonColumn<T extends object> = JSONColumnType<T, string, string>

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

interface UsersTable {
  tenant_id: string
  user_id: string
  connection_id: string
  email: string
  email_verified: Generated<boolean>
  name: string
  nickname: string
  picture: string | null
  given_name: string | null
  family_name: string | null
  username: string | null
  phone_number: string | null
  phone_verified: boolean | null
  password_hash: string | null
  is_administrator: Generated<boolean>
  blocked: Generated<boolean>
  user_metadata: JsonColumn<Record<string, unknown>>
  app_metadata: JsonColumn<Record<string, unknown>>
  last_password_reset: Timestamp | null
  last_ip: string | null
  last_login: Timestamp | null
  logins_count: Generated<number>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

interface LoginFailuresTable {
  tenant_id: string
  key_hash: string
  failures: number
  blocked_until: Timestamp | null
  expires_at: Timestamp
}

interface FeatureFlagsTable {
  tenant_id: string
  feature_flag_id: string
  name: string
  description: string | null
  type: Generated<'self' | 'auth0'>
  status: Generated<'draft' | 'active' | 'archived'>
  parameters: JsonColumn<Record<string, { type: string; value: unknown; description?: string }>>
  created_at: Timestamp
  updated_at: Timestamp
}

interface VariationsTable {
  tenant_id: string
  variation_id: string
  feature_flag_id: string
  name: string
  description: string | null
  /** Raw values by parameter name; the wire wraps them as `{value}`. */
  overrides: JsonColumn<Record<string, unknown>>
  created_at: Timestamp
  updated_at: Timestamp
}

interface SegmentsTable {
  tenant_id: string
  segment_id: string
  name: string
  description: string | null
  type: Generated<'self' | 'auth0'>
  status: Generated<'active' | 'archived'>
  /** In the form in which they were written. */
  rules: JsonColumn<readonly object[]>
  created_at: Timestamp
  updated_at: Timestamp
}

interface ExperimentsTable {
  tenant_id: string
  experiment_id: string
  name: string
  description: string | null
  feature_flag_id: string
  live_feature_flag_id: GeneratedAlways<string | null>
  authentication_flow: string
  allocation_strategy: 'percentage' | 'segment'
  subject: Generated<'device' | 'user' | 'session'>
  default_config: 'tenant' | 'flag' | null
  levels: number[] | null
  current_level: number | null
  status: Generated<'draft' | 'active' | 'paused' | 'completed' | 'archived'>
  is_valid: Generated<boolean>
  feature_flag_snapshot: JsonColumn<object> | null
  archived_allocations: JsonColumn<readonly object[]> | null
  started_at: Timestamp | null
  ended_at: Timestamp | null
  created_at: Timestamp
  updated_at: Timestamp
}

interface AllocationsTable {
  tenant_id: string
  experiment_id: string
  position: number
  variation_id: string
  segment_id: string | null
  /** numeric: parsed to a number by the driver's type parser (see database.ts). */
  weight: number | null
  priority: number | null
  is_control: boolean
  is_fallback: boolean | null
  variation_snapshot: JsonColumn<object> | null
  segment_snapshot: JsonColumn<object> | null
}

interface LoginTransactionsTable {
  tenant_id: string
  transaction_id: string
  client_id: string
  browser_hash: string
  device_hash: string
  request: JsonColumn<object>
  assignment: JsonColumn<object> | null
  created_at: Generated<Timestamp>
  expires_at: Timestamp
}

interface OidcPayloadsTable {
  tenant_id: string
  model: string
  id_hash: string
  payload: JsonColumn<Record<string, unknown>>
  grant_id: string | null
  uid_hash: string | null
  consumed_at: Timestamp | null
  expires_at: Timestamp | null
}

interface LogHeadsTable {
  tenant_id: string
  last_ms: string
  counter: string
}

interface LogWritersTable {
  tenant_id: string
  writer_id: string
  batch: string
  id_prefix: string
  first_counter: string
}

interface LogsTable {
  tenant_id: string
  log_id: string
  date: Timestamp
  type: string
  user_id: string | null
  document: JsonColumn<Record<string, unknown>>
}

interface ActionsTable {
  tenant_id: string
  action_id: string
  name: string
  trigger_id: string
  code: string
  dependencies: JsonColumn<readonly ActionDependency[]>
  runtime: string
  secrets: JsonColumn<readonly SealedSecret[]>
  status: Generated<'built' | 'failed'>
  built_at: Timestamp
  draft_revision: Generated<number>
  last_version_number: Generated<number>
  deployed_version_id: string | null
  deployed_trigger_id: string | null
  created_at: Timestamp
  updated_at: Timestamp
}

interface ActionVersionsTable {
  tenant_id: string
  action_id: string
  version_id: string
  number: number
  trigger_id: string
  code: string
  dependencies: JsonColumn<readonly ActionDependency[]>
  runtime: string
  secrets: JsonColumn<readonly SealedSecret[]>
  /** Up to several megabytes: selected only where it is run. */
  program: string | null
  built_trigger_id: GeneratedAlways<string | null>
  errors: JsonColumn<readonly BuildError[]>
  draft_revision: number
  built_at: Timestamp | null
  created_at: Timestamp
}

interface ActionBindingsTable {
  tenant_id: string
  binding_id: string
  trigger_id: string
  position: number
  action_id: string
  display_name: string
  created_at: Timestamp
  updated_at: Timestamp
}

interface ActionExecutionsTable {
  tenant_id: string
  execution_id: string
  trigger_id: string
  status: ExecutionStatus
  results: JsonColumn<readonly ExecutionResult[]>
  created_at: Timestamp
  updated_at: Timestamp
  expires_at: Timestamp
}

interface LogStreamsTable {
  tenant_id: string
  log_stream_id: string
  name: string
  type: string
  status: Generated<'active' | 'paused' | 'suspended'>
  is_priority: Generated<boolean>
  filters: JsonColumn<readonly { readonly type: 'category'; readonly name: string }[]>
  pii_config: JsonColumn<object> | null
  /** The sink's settings without its secrets. */
  sink: JsonColumn<Record<string, unknown>>
  sealed_secrets: string
  revision: Generated<string>
  created_at: Timestamp
  updated_at: Timestamp
}

interface LogStreamDeliveriesTable {
  tenant_id: string
  log_stream_id: string
  position: string
  lease_token: Generated<string>
  lease_expires_at: Generated<Timestamp>
  attempts: Generated<number>
  failing_since: Timestamp | null
  retry_at: Generated<Timestamp>
  delivered: Generated<string>
  delivered_at: Timestamp | null
  minute: Generated<Timestamp>
  minute_delivered: Generated<string>
  last_minute_delivered: Generated<string>
}

interface LogStreamErrorsTable {
  tenant_id: string
  log_stream_id: string
  error_id: GeneratedAlways<string>
  happened_at: Generated<Timestamp>
  status: number | null
  reason: string
  first_log_id: string
  events: number
}

interface AuthenticationMethodsTable {
  tenant_id: string
  method_id: string
  user_id: string
  type: 'totp' | 'recovery-code' | 'webauthn-roaming' | 'webauthn-platform' | 'passkey'
  slot: number
  name: string
  sealed_secret: string | null
  /** bigint: node-postgres returns it as text. */
  last_step: string | null
  code_hash: string | null
  credential_id: string | null
  public_key: Buffer | null
  sign_count: string | null
  transports: string[] | null
  aaguid: string | null
  backup_eligible: boolean | null
  backed_up: boolean | null
  created_at: Timestamp
  last_auth_at: Timestamp | null
}

interface FactorFailuresTable {
  tenant_id: string
  user_id: string
  factor: string
  failures: number
  blocked_until: Timestamp | null
}

interface FactorRequestsTable {
  tenant_id: string
  transaction_id: string
  user_id: string
  session_id: string
  step: string | null
  purpose: 'challenge' | 'enrollment' | 'passkey'
  choose: 'first' | 'any'
  factors: string[]
  offer_recovery_code: boolean
  allow_remember_browser: boolean
  query: JsonColumn<Record<string, string>>
  proved: Generated<string[]>
  enrolled: Generated<string[]>
  noted: Generated<string[]>
  sealed_totp_secret: string | null
  sealed_recovery_code: string | null
  settled_at: Timestamp | null
  started_at: Timestamp
  expires_at: Timestamp
}

interface SessionMethodsTable {
  tenant_id: string
  session_id: string
  user_id: string
  name: string
  amr: string[]
  performed_at: Timestamp
  expires_at: Timestamp
}

interface UsedChallengesTable {
  tenant_id: string
  challenge_hash: string
  expires_at: Timestamp
}

interface PasskeyPromptsTable {
  tenant_id: string
  user_id: string
  snoozed_until: Timestamp
}

/** Every table of the product. */
export interface Database {
  installation_secrets: InstallationSecretsTable
  tenants: TenantsTable
  tenant_domains: TenantDomainsTable
  tenant_secrets: TenantSecretsTable
  signing_keys: SigningKeysTable
  clients: ClientsTable
  resource_servers: ResourceServersTable
  client_grants: ClientGrantsTable
  connections: ConnectionsTable
  users: UsersTable
  login_failures: LoginFailuresTable
  feature_flags: FeatureFlagsTable
  variations: VariationsTable
  segments: SegmentsTable
  experiments: ExperimentsTable
  allocations: AllocationsTable
  login_transactions: LoginTransactionsTable
  oidc_payloads: OidcPayloadsTable
  log_heads: LogHeadsTable
  log_writers: LogWritersTable
  logs: LogsTable
  log_streams: LogStreamsTable
  log_stream_deliveries: LogStreamDeliveriesTable
  log_stream_errors: LogStreamErrorsTable
  actions: ActionsTable
  action_versions: ActionVersionsTable
  action_bindings: ActionBindingsTable
  action_executions: ActionExecutionsTable
  authentication_methods: AuthenticationMethodsTable
  factor_failures: FactorFailuresTable
  factor_requests: FactorRequestsTable
  session_methods: SessionMethodsTable
  used_challenges: UsedChallengesTable
  passkey_prompts: PasskeyPromptsTable
}
