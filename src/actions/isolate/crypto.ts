/** crypto: randomness and WebCrypto of the child. Keys stay in the child; the isolate holds a number. */

import { bytesOf } from './bytes.ts'
import { type Current, runningCall } from './current.ts'

/** What the child tells of a key. */
interface KeyTicket {
  readonly key: number
  readonly type: string
  readonly extractable: boolean
  readonly algorithm: unknown
  readonly usages: readonly string[]
}

const OPERATIONS = [
  'decrypt',
  'deriveBits',
  'deriveKey',
  'digest',
  'encrypt',
  'exportKey',
  'generateKey',
  'importKey',
  'sign',
  'unwrapKey',
  'verify',
  'wrapKey',
] as const

type Member = Readonly<Record<string, unknown>>

const isTicket = (value: unknown): value is KeyTicket => typeof value === 'object' && value !== null && 'key' in value

export const createCrypto = (current: Current) => {
  const tickets = new WeakMap<object, number>()

  class CryptoKey {
    readonly type: string
    readonly extractable: boolean
    readonly algorithm: unknown
    readonly usages: readonly string[]
    constructor({ key, type, extractable, algorithm, usages }: KeyTicket) {
      tickets.set(this, key)
      this.type = type
      this.extractable = extractable
      this.algorithm = algorithm
      this.usages = usages
    }
  }

  /** Keys become numbers, views become buffers; what is left is plain data. */
  const toChild = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const ticket = tickets.get(value)
    if (ticket !== undefined) return { key: ticket }
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return bytesOf(value).buffer
    if (Array.isArray(value)) return value.map(toChild)
    return Object.fromEntries(Object.entries(value as Member).map(([name, item]) => [name, toChild(item)])) // it is an object
  }

  const fromChild = (value: unknown): unknown => {
    if (isTicket(value)) return new CryptoKey(value)
    if (typeof value !== 'object' || value === null || !('privateKey' in value && 'publicKey' in value)) return value
    return { privateKey: fromChild(value.privateKey), publicKey: fromChild(value.publicKey) }
  }

  const ask = async (operation: string, args: readonly unknown[]): Promise<unknown> => {
    const call = runningCall(current, `crypto.subtle.${operation}`)
    const id = call.nextId++
    const answer = await new Promise<unknown>((resolve, reject) => {
      call.answers.set(id, { resolve, reject })
      current.bridge.subtle(id, operation, args.map(toChild))
    })
    return fromChild(answer)
  }

  const getRandomValues = <View extends ArrayBufferView>(view: View): View => {
    const random = current.bridge.compute('random', view.byteLength)
    if (!(random instanceof ArrayBuffer)) throw new TypeError('at most 65536 random bytes at a time')
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(new Uint8Array(random))
    return view
  }

  const subtle = Object.fromEntries(
    OPERATIONS.map(operation => [operation, (...args: readonly unknown[]) => ask(operation, args)]),
  )
  return { crypto: { subtle, getRandomValues, randomUUID: () => String(current.bridge.compute('uuid')) }, CryptoKey }
}

/** The child has an answer to an operation. */
export const settleAnswer = (current: Current, id: number, isValue: boolean, value: unknown): void => {
  const pending = current.call?.answers.get(id)
  current.call?.answers.delete(id)
  if (isValue) pending?.resolve(value)
  else pending?.reject(Object.assign(new Error(String(value)), { name: 'OperationError' }))
}
