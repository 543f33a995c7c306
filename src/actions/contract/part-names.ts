/** Names of the parts of the runtime, which an isolate evaluates when they are first used. */

/** Each is a file of `isolate/parts/` that exports `make`. */
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
