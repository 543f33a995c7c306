/** The tables of users and what they log in with. */

import type { Generated } from 'kysely'
import type { JsonColumn, Timestamp } from './column.ts'

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
  generation: Generated<string>
}

interface LoginFailuresTable {
  tenant_id: string
  key_hash: string
  failures: number
  blocked_until: Timestamp | null
  expires_at: Timestamp
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
  user_handle: string | null
  user_agent: string | null
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
  pending_passkey: JsonColumn<Record<string, unknown>> | null
  settled_at: Timestamp | null
  revision: Generated<number>
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

export interface UserTables {
  users: UsersTable
  login_failures: LoginFailuresTable
  authentication_methods: AuthenticationMethodsTable
  factor_failures: FactorFailuresTable
  factor_requests: FactorRequestsTable
  session_methods: SessionMethodsTable
  used_challenges: UsedChallengesTable
  passkey_prompts: PasskeyPromptsTable
}
