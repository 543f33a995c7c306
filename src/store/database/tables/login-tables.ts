/** The tables of logins that are under way and of what they have issued. */

import type { Generated, GeneratedAlways } from 'kysely'
import type { JsonColumn, Timestamp } from './column.ts'

interface LoginTransactionsTable {
  tenant_id: string
  transaction_id: string
  client_id: string
  browser_hash: string
  device_hash: string
  request: JsonColumn<object>
  assignments: JsonColumn<readonly object[]>
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
  /** The user whose session, grant, code or token it is. */
  account_id: GeneratedAlways<string | null>
  consumed_at: Timestamp | null
  expires_at: Timestamp | null
}

export interface LoginTables {
  login_transactions: LoginTransactionsTable
  oidc_payloads: OidcPayloadsTable
}
