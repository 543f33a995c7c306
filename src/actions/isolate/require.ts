/** `require` of an Action: its bundled dependencies, then the modules of Node that there are. */

import { DEPENDENCIES_GLOBAL } from '../contract/program.ts'
import { refusalOf } from './module-tables.ts'
import { createNodeModules } from './node-modules.ts'
import type { Parts } from './part.ts'

type Require = (name: string) => unknown

type Loaders = Readonly<Record<string, () => unknown>>

const missing = (id: string): Error => {
  const refusal = refusalOf(id)
  const remedy = refusal ? `Actions do not have it: ${refusal}` : 'add it to the dependencies of the Action'
  return Object.assign(new Error(`Cannot find module '${id}': ${remedy}`), { code: 'MODULE_NOT_FOUND' })
}

/**
 * Stands in for a module of Node that Actions do not have: packages load it for what they do elsewhere. Every
 * member is a function, and a class to extend, that fails when it is used.
 */
const createAbsent = (id: string): object => {
  const members = new Map<string, unknown>()
  const absent = (): unknown => {
    const refuse = (): never => {
      throw missing(id)
    }
    return refuse
  }
  const onRead = (_: object, name: PropertyKey): unknown => {
    if (typeof name !== 'string' || ['then', '__esModule', 'default', 'toJSON'].includes(name)) return undefined
    if (!members.has(name)) members.set(name, absent())
    return members.get(name)
  }
  // As a prototype it also answers for the object that a bundler makes of a module's members.
  return Object.create(new Proxy(Object.create(null), { get: onRead }))
}

/** What the program's text has left, taken away from the globals. */
const takeBundled = (require: Require): Loaders => {
  const make: unknown = Reflect.get(globalThis, DEPENDENCIES_GLOBAL)
  Reflect.deleteProperty(globalThis, DEPENDENCIES_GLOBAL)
  return typeof make === 'function' ? make(require) : {}
}

const idOf = (name: string): string => String(name).replace(/^node:/, '')

/** The modules of Node, each made once; undefined for one that is missing. */
export const createNodeRequire = (parts: Parts): Require => {
  const node: Loaders = createNodeModules(parts)
  const loaded = new Map<string, unknown>()
  return name => {
    // Packages write `events/` for a package rather than a module of Node; here both are the same.
    const id = idOf(name).replace(/\/$/, '')
    const loader = Object.hasOwn(node, id) ? node[id] : undefined
    if (!loaded.has(id) && loader) loaded.set(id, loader())
    return loaded.get(id)
  }
}

/** Loaded modules are kept, as on Node; a missing one is an error with Node's code. */
export const createRequire = (nodeRequire: Require): Require => {
  const absent = new Map<string, object>()
  const loaded = new Map<string, unknown>()
  let bundled: Loaders | undefined

  const requireOfPackages: Require = name => {
    const found = nodeRequire(name)
    if (found !== undefined) return found
    const id = idOf(name)
    if (!refusalOf(id)) throw missing(id)
    if (!absent.has(id)) absent.set(id, createAbsent(id))
    return absent.get(id)
  }
  return name => {
    const id = idOf(name)
    bundled ??= takeBundled(requireOfPackages)
    const loader = Object.hasOwn(bundled, id) ? bundled[id] : undefined
    if (!loaded.has(id) && loader) loaded.set(id, loader())
    const found = loader ? loaded.get(id) : nodeRequire(name)
    if (found === undefined && !loader) throw missing(id)
    return found
  }
}
