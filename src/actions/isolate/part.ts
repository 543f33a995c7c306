/** The parts of the runtime that an isolate evaluates when they are first used: most Actions need none of them. */

import type { Bridge } from '../contract/bridge.ts'
import type { PartName } from '../contract/part-names.ts'

/** What a file of `parts/` is given to make its value. */
export interface PartSurroundings {
  readonly bridge: Bridge
  /** Modules of Node by their names; undefined for one that is missing. */
  readonly require: (name: string) => unknown
  /** Other parts. */
  readonly load: (name: PartName) => unknown
  /** A line of text as `console.log` writes it. */
  readonly format: (args: readonly unknown[]) => string
  readonly inspect: (value: unknown, depth?: number) => string
}

export interface Parts {
  /** The value of a part, made at the first use. */
  readonly load: (name: PartName) => unknown
  /** The value if it has been made: nothing can be of a class that has not. */
  readonly loaded: (name: PartName) => unknown
}
