/** What a hosted page is, and what each of them is given. */

import type { Provider } from 'oidc-provider'
import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'
import type { Registration } from '../actions/registration.ts'
import type { LoginDeps } from '../door/login-deps.ts'
import type { PageInteraction } from '../engine/interaction.ts'
import type { SignIn } from '../password/sign-in.ts'
import type { SignUp } from '../password/sign-up.ts'
import { DATABASE_CONNECTION, type Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'
import type { LoginContext } from '../transaction/login-context.ts'

export interface PageContext {
  readonly deps: LoginDeps
  /** What assignments need. */
  readonly login: LoginContext
  readonly directory: Directory
  readonly provider: Provider
  readonly signIn: SignIn
  readonly signUp: SignUp
  /** Undefined where no Actions run. */
  readonly registration: Registration | undefined
}

/** A page that is shown by GET and sends its form to its own address. */
export interface HostedPage {
  get(exchange: Exchange, context: PageContext): Promise<void>
  post(exchange: Exchange, context: PageContext): Promise<void>
}

/** The database connection that the request names, or the tenant's usual one. */
export const pageConnection = async (
  { tenant }: Exchange,
  directory: Directory,
  { transaction }: PageInteraction,
): Promise<ConnectionRecord> => {
  const named = transaction.params.connection
  const asked = named ? await directory.connection(tenant.tenantId, named) : undefined
  if (asked?.strategy === 'auth0') return asked
  const usual = await directory.connection(tenant.tenantId, DATABASE_CONNECTION)
  if (!usual) throw new TypeError(`tenant ${tenant.tenantId} has no database connection`)
  return usual
}
