/** Keeps each tenant's compiled experiments in memory, current within a second of any server's write. */

import { createReloadingRegistry, type ReloadingRegistry } from '../../base/reloading-registry.ts'
import { compile, type Snapshot } from '../../decision/compile.ts'
import type { SnapshotData } from '../../decision/snapshot/snapshot.ts'
import type { TenantId } from '../../model/ids.ts'

export interface SnapshotPorts {
  /** One consistent read of the tenant's experiments. */
  load(tenantId: TenantId): Promise<SnapshotData>
  /** A reload failed; the last good snapshot stays in force. */
  onError(error: unknown, tenantId: TenantId): void
}

export type ExperimentSnapshots = ReloadingRegistry<TenantId, Snapshot>

/**
 * Creates the registry of snapshots. A snapshot is never replaced by one of a lower version; a failed reload leaves the
 * last good one in force: experiments fail open.
 */
export const createExperimentSnapshots = (ports: SnapshotPorts): ExperimentSnapshots =>
  createReloadingRegistry({
    load: async (tenantId: TenantId) => compile(await ports.load(tenantId)),
    onError: ports.onError,
    afterFailure: 'keep',
    supersedes: (loaded, inForce) => loaded.version >= inForce.version,
  })
