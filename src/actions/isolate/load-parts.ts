/** Makes parts from their texts, which the child keeps for all of its isolates. */

import type { PartName } from '../contract/part-names.ts'
import type { PartSurroundings, Parts } from './part.ts'

type MakePart = (surroundings: PartSurroundings) => unknown

type Given = Omit<PartSurroundings, 'load'>

/** Taken before an author's code can replace it. It evaluates in the global scope. */
// biome-ignore lint/security/noGlobalEval: the text is ours, and where it runs anything may run
const evaluate = globalThis.eval

const read = ({ bridge, require }: Given, name: PartName): MakePart => {
  const text = bridge.compute('part', name)
  if (typeof text !== 'string') throw new TypeError(`${name}: the call that this code belongs to has ended`)
  const wrapper: (require: Given['require']) => MakePart = evaluate(`${text}\n//# sourceURL=node:${name}`)
  return wrapper(require)
}

export const createParts = (given: Given): Parts => {
  const made = new Map<PartName, unknown>()
  const load = (name: PartName): unknown => {
    if (!made.has(name)) made.set(name, read(given, name)({ ...given, load }))
    return made.get(name)
  }
  return { load, loaded: name => made.get(name) }
}
