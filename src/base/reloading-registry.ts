/** Keeps one loaded value per key in memory until it is said to have changed. */

export interface ReloadingRegistryPorts<Key, Value> {
  /** One consistent read. @param known the value in force, of which parts may be used again */
  load(key: Key, known: Value | undefined): Promise<Value>
  /** A reload failed that no caller waits for. */
  onError(error: unknown, key: Key): void
  /**
   * `keep`: after a failed reload the last good value stays in force, for what fails open. `drop`: it is forgotten, and
   * the next caller loads or fails, for what fails closed.
   */
  readonly afterFailure: 'keep' | 'drop'
  /** False for a loaded value that must not replace the one in force; default always true. */
  supersedes?(loaded: Value, inForce: Value): boolean
}

export interface ReloadingRegistry<Key, Value> {
  /** The value in force; loads it on the key's first use. */
  current(key: Key): Value | Promise<Value>
  /** Reads again; settles when a state at least as new as this call is in force, or its failure was reported. */
  refresh(key: Key): Promise<void>
  /** Reloads a key that is in memory; others are loaded when they are needed. */
  invalidate(key: Key): void
}

interface Entry<Value> {
  value: Value | undefined
  running: Promise<Value> | undefined
  /** A reload that waits for the running one: what that one reads may be older than the request for it. */
  queued: Promise<Value> | undefined
}

/**
 * Creates a registry. Invariants: per key at most one load runs and at most one waits, however many ask; so loads of a
 * key never overlap, and none brings back a state older than the one before.
 */
export const createReloadingRegistry = <Key, Value extends object>(
  ports: ReloadingRegistryPorts<Key, Value>,
): ReloadingRegistry<Key, Value> => {
  const entries = new Map<Key, Entry<Value>>()

  const entryOf = (key: Key): Entry<Value> => {
    const known = entries.get(key)
    if (known) return known
    const entry: Entry<Value> = { value: undefined, running: undefined, queued: undefined }
    entries.set(key, entry)
    return entry
  }

  const load = async (key: Key, entry: Entry<Value>): Promise<Value> => {
    try {
      const loaded = await ports.load(key, entry.value)
      const isNewer = !entry.value || ports.supersedes?.(loaded, entry.value) !== false
      if (isNewer || !entry.value) entry.value = loaded
      return entry.value
    } catch (error) {
      if (ports.afterFailure === 'drop') entry.value = undefined
      throw error
    } finally {
      entry.running = entry.queued
      entry.queued = undefined
    }
  }

  const reload = (key: Key): Promise<Value> => {
    const entry = entryOf(key)
    if (entry.queued) return entry.queued
    if (!entry.running) {
      entry.running = load(key, entry)
      return entry.running
    }
    // The one that runs may fail; the one that waits runs all the same.
    entry.queued = entry.running.then(
      () => load(key, entry),
      () => load(key, entry),
    )
    return entry.queued
  }

  const report = (key: Key) => (error: unknown) => ports.onError(error, key)

  return {
    current(key) {
      const entry = entryOf(key)
      return entry.value ?? entry.queued ?? entry.running ?? reload(key)
    },
    async refresh(key) {
      await reload(key).catch(report(key))
    },
    invalidate(key) {
      if (entries.has(key)) reload(key).catch(report(key))
    },
  }
}
