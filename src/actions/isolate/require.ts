/** `require` of an Action: its bundled dependencies, then the few modules of Node that there are. */

import type { Current } from './current.ts'
import { createNodeModules } from './node-modules.ts'

type Loaders = Readonly<Record<string, () => unknown>>

/** The global under which a program's text leaves the loaders of its dependencies; see `program.ts`. */
export const DEPENDENCIES_GLOBAL = '__actionDependencies'

/** Loaded modules are kept, as on Node; a missing one is an error with Node's code. */
export const createRequire = (current: Current): ((name: string) => unknown) => {
  const node: Loaders = createNodeModules(current, () => globalThis as unknown as Readonly<Record<string, unknown>>) // the isolate's own
  const loaded = new Map<string, unknown>()
  return name => {
    const id = String(name).replace(/^node:/, '')
    if (loaded.has(id)) return loaded.get(id)
    const bundled: Loaders = Reflect.get(globalThis, DEPENDENCIES_GLOBAL) ?? {}
    const load = Object.hasOwn(bundled, id) ? bundled[id] : Object.hasOwn(node, id) ? node[id] : undefined
    if (!load) {
      const message = `Cannot find module '${id}': add it to the dependencies of the Action`
      throw Object.assign(new Error(message), { code: 'MODULE_NOT_FOUND' })
    }
    const value = load()
    loaded.set(id, value)
    return value
  }
}
