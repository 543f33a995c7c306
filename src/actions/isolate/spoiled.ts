/** Notices that a call has added to what everything inherits: the next call gets another instance. */

/** Names that every array and every function inherits. Nothing that the language defines shows up in such a loop. */
const inherited = (): number => {
  let names = 0
  for (const _ in []) names += 1
  for (const _ in inherited) names += 1
  return names
}

/** Begin when the Action's module is loaded: what its dependencies add is theirs to add. */
export const watchPrototypes = (): (() => boolean) => {
  const before = inherited()
  return () => inherited() !== before
}
