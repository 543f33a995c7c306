/** A map with a limit on the weight of what it holds: what was not used for longest goes first. */

export interface LeastRecent<Key, Value> {
  /** The value, which counts as used. */
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
}

/** @param weigh what a value weighs; one alone may weigh more than the limit */
export const createLeastRecent = <Key, Value>(
  limit: number,
  weigh: (value: Value) => number = () => 1,
): LeastRecent<Key, Value> => {
  const entries = new Map<Key, Value>()
  let weight = 0

  const remove = (key: Key): Value | undefined => {
    const value = entries.get(key)
    if (value === undefined) return undefined
    entries.delete(key)
    weight -= weigh(value)
    return value
  }
  return {
    get(key) {
      const value = remove(key)
      if (value !== undefined) this.set(key, value)
      return value
    },
    set(key, value) {
      remove(key)
      entries.set(key, value)
      weight += weigh(value)
      for (const oldest of entries.keys()) {
        if (weight <= limit || entries.size === 1) break
        remove(oldest)
      }
    },
  }
}
