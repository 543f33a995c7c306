/** The step `passkey_enrollment`. */

import { relyingPartyOf } from '../../model/relying-party.ts'
import { listAuthenticationMethods } from '../../store/users/authentication-method-store.ts'
import { isPasskeyPromptSnoozed } from '../../store/users/passkey-prompt-store.ts'
import { CONTINUE, type LoginUnderWay, type Step } from '../pipeline/step.ts'
import { DATABASE_CONNECTION, type Directory } from '../tenant/directory.ts'
import { enrolledFactors } from './kinds/index.ts'
import { noteOffer } from './passkey-offer.ts'
import { passkeyPolicyOf } from './passkey-policy.ts'
import { type FactorStepServices, findRequestOf, suspendForFactors } from './request-factors.ts'

export const PASSKEY_ENROLLMENT = 'passkey_enrollment'

/** A user who has a second factor and has not proved it now is left alone: the prompt is an offer, not a gate. */
const isToBeAsked = async (services: FactorStepServices, login: LoginUnderWay): Promise<boolean> => {
  const { exchange, user } = login
  const { tenantId } = exchange.tenant
  const [methods, isSnoozed, request] = await Promise.all([
    listAuthenticationMethods(services.db, tenantId, user.userId),
    isPasskeyPromptSnoozed(services.db, tenantId, user.userId),
    findRequestOf(services, login),
  ])
  if (isSnoozed || request?.hasPasskey || methods.some(({ type }) => type === 'passkey')) return false
  return enrolledFactors(methods).length === 0 || (request?.proved.length ?? 0) > 0
}

export const passkeyEnrollment = (
  services: FactorStepServices & { readonly directory: Pick<Directory, 'connection'> },
): Step => ({
  name: PASSKEY_ENROLLMENT,
  doc: 'Where the connection says so, a user who logged in with a password is asked to create a passkey, and may decline.',
  kinds: ['interactive'],
  async run(login, resumed) {
    if (resumed !== undefined) return CONTINUE
    const { tenant } = login.exchange
    const connection = await services.directory.connection(tenant.tenantId, DATABASE_CONNECTION)
    if (!connection || connection.id !== login.user.connectionId) return CONTINUE
    if (!passkeyPolicyOf(connection).progressiveEnrollment || !relyingPartyOf(tenant)) return CONTINUE
    if (!(await isToBeAsked(services, login))) return CONTINUE
    noteOffer(login)
    return suspendForFactors(services, login, PASSKEY_ENROLLMENT, { purpose: 'passkey', choose: 'first', factors: [] })
  },
})
