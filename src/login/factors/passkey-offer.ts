/** Logins that were sent to the page for passkeys: which those are, and how the rest of the login knows. */

import type { LoginUnderWay } from '../pipeline/step.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { PASSKEY_PATH } from './factor-stage.ts'

/** True for an address of the tenant's own page, with any parameters. */
export const isPasskeyPage = ({ issuer }: Pick<Tenant, 'issuer'>, address: string): boolean => {
  const target = URL.parse(address)
  return target?.origin === new URL(issuer).origin && target.pathname === PASSKEY_PATH
}

/** What is kept with such a login. */
const OFFERED = 'passkey'

export const noteOffer = ({ exchange }: LoginUnderWay): void => {
  exchange.plan.memory[OFFERED] = true
}

/** True when the browser was sent to the page in the course of this login: there may be a passkey to activate. */
export const wasOffered = ({ exchange }: LoginUnderWay): boolean => exchange.plan.memory[OFFERED] === true
