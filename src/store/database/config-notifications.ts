/** Tells when a tenant's configuration has changed, in any server. */

import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type TenantId, toTenantId } from '../../model/ids.ts'

export interface WatchOptions {
  readonly connectionString: string
  /** Milliseconds between two looks at all version numbers, in case a notification is missed; default 2000. */
  readonly pollMs?: number
  /**
   * Called for each tenant whose configuration has changed since it was last called for him; for every tenant when
   * watching begins, and again after each interruption.
   */
  readonly onChange: (tenantId: TenantId) => void
  /** Told when the connection is lost or cannot be made; it is tried again by itself. */
  readonly onError: (error: unknown) => void
}

export interface ConfigWatch {
  readonly close: () => Promise<void>
}

/** Milliseconds between two attempts to connect: doubled up to `most`. */
const BACKOFF = { first: 50, most: 1_000 } as const

/** Milliseconds. A connection on which such small work gets no answer in time is given up. */
const TIMEOUT = { connect: 3_000, query: 5_000 } as const

const DEFAULT_POLL_MS = 2_000

const PAGE = 1_000

/**
 * Watches on a connection of its own. A notification names a tenant, whose version is then compared with the one
 * that was told last: a burst of changes is told once or twice. All versions are compared every `pollMs`, which also
 * finds out that a connection is dead when nothing says so.
 */
export const watchConfigVersions = (options: WatchOptions): ConfigWatch => {
  const closing = new AbortController()
  const watching = watchUntilClosed(options, closing.signal)
  return {
    close: () => {
      closing.abort()
      return watching
    },
  }
}

const watchUntilClosed = async (options: WatchOptions, signal: AbortSignal): Promise<void> => {
  let pause: number = BACKOFF.first
  const onWatching = (): void => {
    pause = BACKOFF.first
  }
  while (!signal.aborted) {
    try {
      await watchOneConnection(options, signal, onWatching)
    } catch (error) {
      if (!signal.aborted) options.onError(error)
    }
    await sleep(pause, undefined, { signal }).catch(() => {}) // closing cuts the pause short
    pause = Math.min(pause * 2, BACKOFF.most)
  }
}

/** Returns when the watch is closed; throws when the connection fails. */
const watchOneConnection = async (
  options: WatchOptions,
  signal: AbortSignal,
  onWatching: () => void,
): Promise<void> => {
  const client = new pg.Client({
    connectionString: options.connectionString,
    application_name: 'experiment-center config watch',
    connectionTimeoutMillis: TIMEOUT.connect,
    query_timeout: TIMEOUT.query,
    keepAlive: true,
  })
  const bell = createBell()
  const named = new Set<string>()
  let failure: Error | undefined
  client.on('error', error => {
    failure ??= error
    bell.ring()
  })
  client.on('notification', ({ payload }) => {
    named.add(payload ?? '')
    bell.ring()
  })
  signal.addEventListener('abort', bell.ring)
  try {
    await client.connect()
    await client.query('listen config_changed')
    const versions = createVersionComparison(client, options.onChange)
    for (let nextPoll = 0; !signal.aborted; ) {
      if (failure !== undefined) throw failure
      if (performance.now() >= nextPoll) {
        nextPoll = performance.now() + (options.pollMs ?? DEFAULT_POLL_MS)
        await versions.compareAll()
        onWatching()
      }
      const tenants = [...named]
      named.clear()
      if (tenants.length > 0) await versions.compare(tenants)
      await bell.wait(nextPoll - performance.now())
    }
  } finally {
    signal.removeEventListener('abort', bell.ring)
    await client.end().catch(() => {}) // it may be gone already
  }
}

/** Compares versions with those seen before on this connection; at first none was seen, so that all are told. */
const createVersionComparison = (client: pg.Client, onChange: (tenantId: TenantId) => void) => {
  let seen = new Map<string, string>()

  const tell = (rows: readonly VersionRow[], before: ReadonlyMap<string, string>): void => {
    for (const { tenant_id, config_version } of rows) {
      if (before.get(tenant_id) !== config_version) onChange(toTenantId(tenant_id))
    }
  }

  const compare = async (tenants: readonly string[]): Promise<void> => {
    const { rows } = await client.query<VersionRow>(
      'select tenant_id, config_version from tenants where tenant_id = any ($1)',
      [tenants],
    )
    tell(rows, seen)
    for (const row of rows) seen.set(row.tenant_id, row.config_version)
  }

  const compareAll = async (): Promise<void> => {
    const before = seen
    seen = new Map()
    for (let rows: readonly VersionRow[] | undefined; rows === undefined || rows.length === PAGE; ) {
      rows = await page(client, rows?.at(-1)?.tenant_id ?? '')
      tell(rows, before)
      for (const row of rows) seen.set(row.tenant_id, row.config_version)
    }
    for (const tenant of before.keys()) if (!seen.has(tenant)) onChange(toTenantId(tenant)) // deleted
  }

  return { compare, compareAll }
}

interface VersionRow {
  readonly tenant_id: string
  /** bigint as text; only ever compared for equality. */
  readonly config_version: string
}

const page = async (client: pg.Client, after: string): Promise<readonly VersionRow[]> => {
  const { rows } = await client.query<VersionRow>(
    'select tenant_id, config_version from tenants where tenant_id > $1 order by tenant_id limit $2',
    [after, PAGE],
  )
  return rows
}

/** Something to sleep on that can be woken, also just before. */
const createBell = () => {
  let rung = false
  let wake: () => void = () => {}
  return {
    ring: (): void => {
      rung = true
      wake()
    },
    /** Returns when rung since the last return, at the latest after so many milliseconds. */
    wait: async (ms: number): Promise<void> => {
      if (!rung) {
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, Math.max(0, ms))
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      rung = false
    },
  }
}
