/** `path` of Node for systems with slashes: the rules are Node's own, in the child. */

import type { PartSurroundings } from '../part.ts'

interface ParsedPath {
  readonly root?: string
  readonly dir?: string
  readonly base?: string
  readonly name?: string
  readonly ext?: string
}

const NAMES = [
  'basename',
  'dirname',
  'extname',
  'isAbsolute',
  'join',
  'normalize',
  'parse',
  'relative',
  'resolve',
] as const

const format = ({ root = '', dir, base, name = '', ext = '' }: ParsedPath): string => {
  const file = base || `${name}${ext && !ext.startsWith('.') ? '.' : ''}${ext}`
  const folder = dir || root
  if (!folder) return file
  return folder === root ? `${folder}${file}` : `${folder}/${file}`
}

export const make = ({ bridge }: PartSurroundings): unknown => {
  const ask =
    (name: (typeof NAMES)[number]) =>
    (...parts: readonly unknown[]): unknown => {
      const answer = bridge.compute(
        'path',
        name,
        JSON.stringify(parts.filter((part, at) => at === 0 || part !== undefined)),
      )
      if (answer !== undefined) return answer
      throw Object.assign(new TypeError('The "path" argument must be of type string, and of bounded length'), {
        code: 'ERR_INVALID_ARG_TYPE',
      })
    }
  const posix = {
    ...Object.fromEntries(NAMES.map(name => [name, ask(name)])),
    format,
    toNamespacedPath: (path: unknown) => path,
    sep: '/',
    delimiter: ':',
  }
  return Object.assign(posix, { posix })
}
