/** A blank isolate: memory limit, globals and entrances, and no author's code yet. */

import type * as Addon from 'isolated-vm'
import { BRIDGE_FUNCTIONS, type Bridge, type Entrances } from '../contract/bridge.ts'
import type { Way } from './entry.ts'

export interface Blank {
  readonly isolate: Addon.Isolate
  readonly context: Addon.Context
  readonly ways: Readonly<Record<keyof Entrances, Way>>
}

const WAYS = ['load', 'begin', 'timer', 'fetched', 'answered'] as const satisfies (keyof Entrances)[]

/** These are waited for: pure functions for their value, lines and results so that nothing overtakes them. */
const ANSWERS: ReadonlySet<keyof Bridge> = new Set(['log', 'compute', 'done'])

export interface BlankPorts {
  readonly addon: typeof Addon
  /** The text whose value is the function `boot` of `isolate/main.ts`, taking the bridge as its arguments. */
  readonly bootText: string
  readonly heapMegabytes: number
}

/** Makes blanks; V8's compiled form of the boot text is kept from the second on, as the first is waited for. */
export const createBlankMaker = ({ addon, bootText, heapMegabytes }: BlankPorts) => {
  let cachedData: Addon.ExternalCopy<ArrayBuffer> | undefined
  let made = 0
  return async (bridge: Bridge, onCatastrophe: () => void): Promise<Blank> => {
    const isolate = new addon.Isolate({ memoryLimit: heapMegabytes, onCatastrophicError: onCatastrophe })
    const script: Addon.Script & Addon.CachedDataResult = await isolate.compileScript(bootText, {
      filename: 'file:///sandbox.js',
      ...(cachedData ? { cachedData } : { produceCachedData: made > 0 }),
    })
    cachedData ??= script.cachedData
    made += 1
    const context = await isolate.createContext()
    const boot: Addon.Reference<(...lent: unknown[]) => Entrances> = await script.run(context, { reference: true })
    const lent = BRIDGE_FUNCTIONS.map(
      name => new addon.Callback(bridge[name] as () => void, ANSWERS.has(name) ? { sync: true } : { ignored: true }), // arguments are checked by each
    )
    const entrances = await boot.apply(undefined, lent, { result: { reference: true } })
    const refs = await Promise.all(WAYS.map(name => entrances.get(name, { reference: true })))
    const ways = Object.fromEntries(WAYS.map((name, index) => [name, refs[index]])) as Blank['ways'] // one reference per name
    return { isolate, context, ways }
  }
}
