/** What an Action throws, as bounded plain text. Anything can be thrown, also something that fights back. */

import type { CallEnd } from '../contract/bridge.ts'

type ErrorText = NonNullable<CallEnd['error']>

const MAX = { name: 64, message: 1024, code: 64, stack: 2048 } as const

const read = (thrown: unknown, member: keyof typeof MAX): string | undefined => {
  try {
    if ((typeof thrown !== 'object' && typeof thrown !== 'function') || thrown === null) return undefined
    const value: unknown = Reflect.get(thrown, member)
    return typeof value === 'string' ? value.slice(0, MAX[member]) : undefined
  } catch {
    return undefined
  }
}

const toText = (thrown: unknown): string => {
  try {
    return String(thrown).slice(0, MAX.message)
  } catch {
    return 'a value that cannot be shown'
  }
}

/** Only the author's own frames are of use to him. */
const ownFrames = (stack: string): string =>
  stack
    .split('\n')
    .filter(line => !/<isolated-vm|sandbox\.js|\bnode:/.test(line))
    .join('\n')

/** Reads an error without trusting its getters. */
export const describeThrown = (thrown: unknown): ErrorText => {
  const code = read(thrown, 'code')
  const stack = read(thrown, 'stack')
  return {
    name: read(thrown, 'name') ?? 'Error',
    message: read(thrown, 'message') ?? toText(thrown),
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack: ownFrames(stack) }),
  }
}
