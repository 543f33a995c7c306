/** Randomness of node:crypto. */

import type { Bridge } from '../../contract/bridge.ts'
import type { Bytes } from '../bytes.ts'
import { bufferClass, cryptoError } from './data.ts'

/** What the child gives at a time. */
const CHUNK_BYTES = 65_536

const MAX_BYTES = 1_000_000

type Callback = (error: unknown, value?: unknown) => void

const MAX_RANGE = 2 ** 48

export const createRandom = (bridge: Bridge) => {
  const bytes = (size: unknown): Bytes => {
    const length = Number(size)
    if (!(Number.isSafeInteger(length) && length >= 0 && length <= MAX_BYTES))
      throw cryptoError('ERR_OUT_OF_RANGE', `the size must be a whole number from 0 to ${MAX_BYTES}`)
    const whole = new Uint8Array(length)
    for (let at = 0; at < length; at += CHUNK_BYTES) {
      const chunk = bridge.compute('random', Math.min(CHUNK_BYTES, length - at))
      if (!(chunk instanceof ArrayBuffer)) throw new TypeError('the call that this code belongs to has ended')
      whole.set(new Uint8Array(chunk), at)
    }
    return whole
  }
  /** With a callback the value comes later, as on Node. */
  const answer = (value: unknown, callback: unknown): unknown => {
    if (typeof callback !== 'function') return value
    void Promise.resolve().then(() => (callback as Callback)(null, value)) // it is a function
    return undefined
  }
  const fill = (view: unknown): unknown => {
    if (!ArrayBuffer.isView(view)) throw cryptoError('ERR_INVALID_ARG_TYPE', 'expected a view of a buffer')
    const target = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    target.set(bytes(target.length))
    return view
  }
  /** Without a bias: numbers of the last, incomplete round are thrown away. */
  const integer = (min: number, max: number): number => {
    const range = max - min
    if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && range > 0 && range <= MAX_RANGE))
      throw cryptoError(
        'ERR_OUT_OF_RANGE',
        'min and max must be whole numbers, max the larger one, less than 2 ** 48 apart',
      )
    const limit = MAX_RANGE - (MAX_RANGE % range)
    for (;;) {
      const number = [...bytes(6)].reduce((sum, byte) => sum * 256 + byte, 0)
      if (number < limit) return min + (number % range)
    }
  }
  return {
    randomBytes: (size: unknown, callback?: unknown) => answer(bufferClass().from(bytes(size).buffer), callback),
    pseudoRandomBytes: (size: unknown, callback?: unknown) => answer(bufferClass().from(bytes(size).buffer), callback),
    randomUUID: () => String(bridge.compute('uuid')),
    randomFillSync: fill,
    randomFill: (view: unknown, callback: unknown) => answer(fill(view), callback),
    randomInt: (first: number, second?: unknown, callback?: unknown) =>
      typeof second === 'number' ? answer(integer(first, second), callback) : answer(integer(0, first), second),
  }
}
