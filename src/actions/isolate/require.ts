/** `require` of an Action: its bundled dependencies, then the few modules of Node that there are. */

import type { Current } from './current.ts'
import { DEPENDENCIES_GLOBAL } from './dependencies-global.ts'
import { createNodeModules } from './node-modules.ts'

type Loaders = Readonly<Record<string, () => unknown>>

/** Modules of Node that Actions do not have: no dependency can stand in for them. */
const NODE_ONLY: ReadonlySet<string> = new Set(
  `assert async_hooks child_process cluster dgram diagnostics_channel dns events fs http http2 https inspector module
  net os path perf_hooks process querystring readline repl stream string_decoder timers tls tty v8 vm worker_threads
  zlib`.split(/\s+/),
)

/** What the program's text has left, taken away from the globals. */
const takeBundled = (require: (name: string) => unknown): Loaders => {
  const make: unknown = Reflect.get(globalThis, DEPENDENCIES_GLOBAL)
  Reflect.deleteProperty(globalThis, DEPENDENCIES_GLOBAL)
  return typeof make === 'function' ? make(require) : {}
}

/** Loaded modules are kept, as on Node; a missing one is an error with Node's code. */
export const createRequire = (current: Current): ((name: string) => unknown) => {
  const node: Loaders = createNodeModules(current, () => globalThis as unknown as Readonly<Record<string, unknown>>) // the isolate's own
  const loaded = new Map<string, unknown>()
  let bundled: Loaders | undefined

  const load = (id: string): unknown => {
    bundled ??= takeBundled(require)
    const loader = Object.hasOwn(bundled, id) ? bundled[id] : Object.hasOwn(node, id) ? node[id] : undefined
    if (loader) return loader()
    const remedy = NODE_ONLY.has(id) ? 'Actions do not have it' : 'add it to the dependencies of the Action'
    throw Object.assign(new Error(`Cannot find module '${id}': ${remedy}`), { code: 'MODULE_NOT_FOUND' })
  }
  const require = (name: string): unknown => {
    const id = String(name).replace(/^node:/, '')
    if (!loaded.has(id)) loaded.set(id, load(id))
    return loaded.get(id)
  }
  return require
}
