/** Finding things by an id that comes from outside. */

/** A dictionary without a prototype, so that an id such as `constructor` finds nothing. */
export type Lookup<Value> = { readonly [id: string]: Value | undefined }

/** Makes a lookup; of several entries with one id the first is kept. */
export const toLookup = <Value>(entries: readonly (readonly [string, Value])[]): Lookup<Value> =>
  Object.setPrototypeOf(Object.fromEntries(entries.toReversed()), null)
