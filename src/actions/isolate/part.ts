/** The parts of the runtime that an isolate evaluates when they are first used: most Actions need none of them. */

import type { Bridge } from './bridge.ts'

/** Each is a file of `parts/` that exports `make`. */
export const PART_NAMES = [
  'assert',
  'blob',
  'crypto',
  'event-target',
  'events',
  'form-data',
  'inspect',
  'path',
  'punycode',
  'querystring',
  'stream',
  'string-decoder',
  'url',
  'web-streams',
] as const

export type PartName = (typeof PART_NAMES)[number]

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
