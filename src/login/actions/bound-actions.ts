/** The Actions that a tenant's triggers run, in memory with their secrets open, current with every server's writes. */

import type { BoundAction } from '../../actions/contract/contract.ts'
import type { TriggerId } from '../../actions/contract/triggers/trigger.ts'
import { createReloadingRegistry, type ReloadingRegistry } from '../../base/reloading-registry.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import { secretContext } from '../../model/action-secret.ts'
import type { TenantId } from '../../model/ids.ts'
import { type BoundActionRecord, loadBoundActions } from '../../store/actions/action-binding-store.ts'
import type { Db } from '../../store/database/database.ts'

export interface BoundActionOfTenant extends BoundAction {
  readonly binding_id: string
}

/** By trigger, in the order of execution; a trigger without Actions has an empty list. */
export type ActionsByTrigger = Readonly<Record<TriggerId, readonly BoundActionOfTenant[]>>

/** A login asks `current` and touches no database; a tenant that cannot be read runs no login (it fails closed). */
export type BoundActions = ReloadingRegistry<TenantId, ActionsByTrigger>

export interface BoundActionPorts {
  readonly db: Db
  readonly secretBox: SecretBox
  /** A reload failed; the tenant is read again at its next login. */
  onError(error: unknown, tenantId: TenantId): void
}

const openSecrets = (box: SecretBox, tenantId: TenantId, { action_id, sealed_secrets }: BoundActionRecord) =>
  Object.fromEntries(
    Object.entries(sealed_secrets).map(([name, sealed]) => [
      name,
      box.open(sealed, secretContext({ tenantId, actionId: action_id, name })),
    ]),
  )

const toBound = (box: SecretBox, tenantId: TenantId, record: BoundActionRecord): BoundActionOfTenant => ({
  binding_id: record.binding_id,
  action_id: record.action_id,
  name: record.name,
  version_id: record.version_id,
  code: record.code,
  secrets: openSecrets(box, tenantId, record),
})

/** Programs that are in memory already: a version never changes, so it is not read again. */
const programsOf = (known: ActionsByTrigger | undefined): ReadonlyMap<string, string> =>
  new Map(
    Object.values(known ?? {})
      .flat()
      .map(({ version_id, code }) => [version_id, code]),
  )

export const createBoundActions = ({ db, secretBox, onError }: BoundActionPorts): BoundActions =>
  createReloadingRegistry<TenantId, ActionsByTrigger>({
    async load(tenantId, known) {
      const programs = programsOf(known)
      const load = async (trigger: TriggerId) =>
        (await loadBoundActions(db, tenantId, trigger, programs)).map(record => toBound(secretBox, tenantId, record))
      const [postLogin, preRegistration, postRegistration] = await Promise.all([
        load('post-login'),
        load('pre-user-registration'),
        load('post-user-registration'),
      ])
      return {
        'post-login': postLogin,
        'pre-user-registration': preRegistration,
        'post-user-registration': postRegistration,
      }
    },
    onError,
    afterFailure: 'drop',
  })
