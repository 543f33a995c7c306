/** The globals of an Action beside the language's own, each made when it is first used. */

import structuredClone from '@ungap/structured-clone'
import type { PartName } from '../contract/part-names.ts'
import { createConsole } from './console.ts'
import { createCrypto } from './crypto.ts'
import type { Current } from './current.ts'
import { createTimers } from './timers.ts'

const STREAMS = [
  'ReadableStream',
  'WritableStream',
  'TransformStream',
  'ByteLengthQueuingStrategy',
  'CountQueuingStrategy',
  'TextEncoderStream',
  'TextDecoderStream',
]

/** Group of globals → what makes it. `require` of a file bundles it as a function that runs when it is called. */
const createGroups = (current: Current): Readonly<Record<string, () => Readonly<Record<string, unknown>>>> => {
  const bodies = once(() =>
    (require('./request-response.ts') as typeof import('./request-response.ts')).createBodies(current),
  ) // the file's own type
  const { parts } = current
  const group = (name: PartName) => () => parts.load(name) as Readonly<Record<string, unknown>> // what these parts make
  return {
    'URL URLSearchParams': () => (require('./url.ts') as typeof import('./url.ts')).createUrlClasses(current), // as above
    'TextEncoder TextDecoder atob btoa': () =>
      (require('./encoding.ts') as typeof import('./encoding.ts')).createEncoding(current), // as above
    'Headers Request Response': bodies,
    fetch: () => ({ fetch: (require('./fetch.ts') as typeof import('./fetch.ts')).createFetch(current, bodies()) }), // as above
    Buffer: () => ({ Buffer: (require('./buffer.ts') as typeof import('./buffer.ts')).bufferClass() }), // as above
    'AbortController AbortSignal': () => (require('./abort.ts') as typeof import('./abort.ts')).abortClasses(), // as above
    'crypto CryptoKey': () => createCrypto(current),
    'Blob File': group('blob'),
    FormData: group('form-data'),
    'Event CustomEvent EventTarget': group('event-target'),
    [STREAMS.join(' ')]: group('web-streams'),
  }
}

const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The little of DOMException that libraries look at. */
class DOMException extends Error {
  override readonly name: string
  constructor(message = '', name = 'Error') {
    super(message)
    this.name = name
  }
}

const define = (name: string, descriptor: PropertyDescriptor): void => {
  Object.defineProperty(globalThis, name, { configurable: true, enumerable: false, ...descriptor })
}

/** A global that is computed at its first use, and can be replaced as on Node. */
const defineLazy = (name: string, make: () => unknown): void => {
  const set = (value: unknown): void => define(name, { value, writable: true })
  define(name, {
    get: () => {
      const value = make()
      if (value !== undefined) set(value)
      return value
    },
    set,
  })
}

export const installGlobals = (current: Current): void => {
  const eager = {
    ...createTimers(current),
    console: createConsole(current),
    structuredClone: (value: unknown) => structuredClone(value),
    performance: { now: () => Date.now() - startedAt, timeOrigin: startedAt },
    DOMException,
    global: globalThis,
    self: globalThis,
    process: { env: {}, version: 'v22.0.0', versions: { node: '22.0.0' }, platform: 'linux', nextTick: queueLater },
  }
  for (const [name, value] of Object.entries(eager)) define(name, { value, writable: true })
  for (const [names, make] of Object.entries(createGroups(current))) {
    const group = once(make)
    let isMaking = false
    /** Polyfills look whether their global is there already: while they are being made, it is not. */
    const member = (name: string): unknown => {
      if (isMaking) return undefined
      isMaking = true
      try {
        return group()[name]
      } finally {
        isMaking = false
      }
    }
    for (const name of names.split(' ')) defineLazy(name, () => member(name))
  }
}

const startedAt = Date.now()

const queueLater = (callback: (...args: readonly unknown[]) => void, ...args: readonly unknown[]): void => {
  Promise.resolve().then(() => callback(...args))
}
