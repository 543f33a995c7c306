/** The step `authentication_context`. */

import { listSessionMethods } from '../../store/logins/session-method-store.ts'
import { CONTINUE, type Step } from '../pipeline/step.ts'
import { toTokenContext } from './authentication-context.ts'
import { type FactorStepServices, wasAskedForFactors } from './request-factors.ts'

export const authenticationContext = ({ volatileDb }: Pick<FactorStepServices, 'volatileDb'>): Step => ({
  name: 'authentication_context',
  doc: 'Tokens say by what the user was recognised (`amr`), and that it was by more than one factor (`acr`).',
  kinds: ['interactive', 'session'],
  async run(login) {
    // Otherwise the session says it already: by its first factor, or what an earlier login in it has proved.
    if (!wasAskedForFactors(login)) return CONTINUE
    const { exchange, user, sessionId, amr = [] } = login
    const first = { amr, at: login.facts().authenticatedAt }
    const session = { tenantId: exchange.tenant.tenantId, sessionId, userId: user.userId }
    const others = await listSessionMethods(volatileDb, session, new Date(first.at))
    exchange.plan.session.authentication = toTokenContext(first, others)
    return CONTINUE
  },
})
