/** The step `passkey_activation`. */

import type { Clock } from '../../base/clock.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { Db } from '../../store/database/database.ts'
import { activatePendingPasskey } from '../../store/users/pending-passkey-store.ts'
import { CONTINUE, type LoginUnderWay, type Step } from '../pipeline/step.ts'
import { DATABASE_CONNECTION, type Directory } from '../tenant/directory.ts'
import type { EventContext } from '../transaction/events.ts'
import { NOT_INSERTED } from './creation-problem.ts'
import { enrollmentCompleted, enrollmentFailed } from './factor-events.ts'
import { wasOffered } from './passkey-offer.ts'
import { factorRequestKey } from './request-factors.ts'

export interface ActivationServices {
  readonly db: Db
  readonly log: TenantLog
  readonly clock: Clock
  readonly directory: Pick<Directory, 'connection'>
}

const eventContextOf = async (
  { directory, clock }: ActivationServices,
  { exchange, client, user, sessionId }: LoginUnderWay,
): Promise<EventContext & { readonly user: LoginUnderWay['user'] }> => {
  const { transaction, tenant } = exchange
  const usual = await directory.connection(tenant.tenantId, DATABASE_CONNECTION)
  const connection = usual?.id === user.connectionId ? usual : undefined
  return { exchange, at: clock(), client, user, connection, transaction, sessionId }
}

export const passkeyActivation = (services: ActivationServices): Step => ({
  name: 'passkey_activation',
  doc: 'A passkey that was created in the course of the login becomes the user’s now that nothing has refused the login.',
  kinds: ['interactive', 'session'],
  async run(login) {
    const key = factorRequestKey(login)
    if (!key || !wasOffered(login)) return CONTINUE
    const activated = await activatePendingPasskey(services.db, key)
    if (!activated) return CONTINUE
    const { added, query, outcome } = activated
    const eventContext = await eventContextOf(services, login)
    await services.log.record(
      outcome === 'created'
        ? enrollmentCompleted(eventContext, { type: 'passkey', id: added.id, name: added.name }, query)
        : enrollmentFailed(eventContext, { type: 'passkey' }, NOT_INSERTED[outcome], query),
    )
    return CONTINUE
  },
})
