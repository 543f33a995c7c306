/** What logins read of a tenant's configuration: experiments and bound Actions, in memory and current. */

import { atMostEveryMinute } from '../../base/at-most-every-minute.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantId } from '../../model/ids.ts'
import { watchConfigVersions } from '../../store/database/config-notifications.ts'
import type { Db } from '../../store/database/database.ts'
import { loadSnapshotData } from '../../store/experiments/snapshot-source.ts'
import { type BoundActions, createBoundActions } from '../actions/bound-actions.ts'
import { createExperimentSnapshots, type ExperimentSnapshots } from '../assignment/experiment-snapshots.ts'

export interface RegistriesOptions {
  readonly db: Db
  /** For the connection that listens for changes. */
  readonly connectionString: string
  readonly secretBox: SecretBox
  readonly logger: { warn(context: object, message: string): void }
}

export interface Registries extends AsyncDisposable {
  readonly snapshots: ExperimentSnapshots
  readonly bound: BoundActions
  /** Tells of every tenant whose configuration was changed, by whichever server. */
  onChange(listener: (tenantId: TenantId) => void): void
}

/** Opens both, kept current by notifications from every server that shares the database. */
export const openRegistries = ({ db, connectionString, secretBox, logger }: RegistriesOptions): Registries => {
  const snapshots = createExperimentSnapshots({
    load: tenantId => loadSnapshotData(db, tenantId),
    onError: (error, tenantId) =>
      logger.warn({ err: error, tenantId }, 'experiments could not be read; the last good ones stay'),
  })
  const bound = createBoundActions({
    db,
    secretBox,
    onError: (error, tenantId) =>
      logger.warn({ err: error, tenantId }, 'bound Actions could not be read; logins wait until they can be'),
  })
  const listeners = [snapshots.invalidate, bound.invalidate]
  const watch = watchConfigVersions({
    connectionString,
    onChange: tenantId => listeners.forEach(tell => void tell(tenantId)),
    onError: atMostEveryMinute(error =>
      logger.warn({ err: error }, 'changes of experiments are not announced; trying again until they are'),
    ),
  })
  const onChange: Registries['onChange'] = listener => void listeners.push(listener)
  return { snapshots, bound, onChange, [Symbol.asyncDispose]: () => watch.close() }
}
