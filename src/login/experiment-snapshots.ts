/** Keeps each tenant's compiled experiments in memory, current within a second of any server's write. */

import { compile, type Snapshot } from '../decision/compile.ts'
import type { SnapshotData } from '../decision/snapshot.ts'
import type { TenantId } from '../model/ids.ts'

export interface SnapshotPorts {
  /** One consistent read of the tenant's experiments. */
  load(tenantId: TenantId): Promise<SnapshotData>
  /** A reload failed; the last good snapshot stays in force. */
  onError(error: unknown, tenantId: TenantId): void
}

export interface ExperimentSnapshots {
  /** The snapshot in force; loads it on the tenant's first use. */
  current(tenantId: TenantId): Snapshot | Promise<Snapshot>
  /** Reads the tenant's experiments again; settles when a state at least as new as this call is in force. */
  refresh(tenantId: TenantId): Promise<void>
  /** Reloads a tenant that is in memory; others are loaded when they are needed. */
  invalidate(tenantId: TenantId): void
}

interface Entry {
  snapshot: Snapshot | undefined
  running: Promise<Snapshot> | undefined
  /** A reload that waits for the running one: what that one reads may be older than the request for it. */
  queued: Promise<Snapshot> | undefined
}

/**
 * Creates the registry of snapshots.
 *
 * Invariants:
 * 1. a snapshot is never replaced by one of a lower version;
 * 2. per tenant at most one load runs and at most one waits, however many ask;
 * 3. a failed reload leaves the last good snapshot in force: experiments fail open.
 */
export const createExperimentSnapshots = (ports: SnapshotPorts): ExperimentSnapshots => {
  const entries = new Map<TenantId, Entry>()

  const entryOf = (tenantId: TenantId): Entry => {
    const known = entries.get(tenantId)
    if (known) return known
    const entry: Entry = { snapshot: undefined, running: undefined, queued: undefined }
    entries.set(tenantId, entry)
    return entry
  }

  const load = async (tenantId: TenantId, entry: Entry): Promise<Snapshot> => {
    try {
      const loaded = compile(await ports.load(tenantId))
      if (!entry.snapshot || loaded.version >= entry.snapshot.version) entry.snapshot = loaded
      return entry.snapshot
    } finally {
      entry.running = entry.queued
      entry.queued = undefined
    }
  }

  const reload = (tenantId: TenantId): Promise<Snapshot> => {
    const entry = entryOf(tenantId)
    if (entry.queued) return entry.queued
    if (!entry.running) {
      entry.running = load(tenantId, entry)
      return entry.running
    }
    // The one that runs may fail; the one that waits runs all the same.
    entry.queued = entry.running.then(
      () => load(tenantId, entry),
      () => load(tenantId, entry),
    )
    return entry.queued
  }

  const report = (tenantId: TenantId) => (error: unknown) => ports.onError(error, tenantId)

  return {
    current(tenantId) {
      const entry = entryOf(tenantId)
      return entry.snapshot ?? entry.queued ?? entry.running ?? reload(tenantId)
    },
    async refresh(tenantId) {
      await reload(tenantId).catch(report(tenantId))
    },
    invalidate(tenantId) {
      if (entries.has(tenantId)) reload(tenantId).catch(report(tenantId))
    },
  }
}
