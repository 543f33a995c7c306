/** Notices that a call has added to the prototypes which everything inherits: the next call gets another instance. */

const { ownKeys } = Reflect

/** Where pollution lands: what is added here shows up in every object that is made later. */
const WATCHED = [Object.prototype, Array.prototype, Function.prototype] as const

const count = (): number => {
  let keys = 0
  for (const prototype of WATCHED) keys += ownKeys(prototype).length
  return keys
}

/** Begin when the Action's module is loaded: what its dependencies add is theirs to add. */
export const watchPrototypes = (): (() => boolean) => {
  const before = count()
  return () => count() !== before
}
