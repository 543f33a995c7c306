/** The bridge of one instance, as the child implements it: every argument is hostile until it is checked. */

import type * as Addon from 'isolated-vm'
import type { Bridge, Entrances } from '../contract/bridge.ts'
import { LIMITS } from '../contract/limits.ts'
import type { PartTexts } from '../contract/messages.ts'
import { compute } from './compute.ts'
import type { Passable } from './entry.ts'
import type { Served } from './served.ts'
import { createSubtle } from './subtle.ts'

const MAX_REQUEST_CHARS = 65_536

const EMPTY = new ArrayBuffer(0)

interface BridgePorts {
  readonly addon: typeof Addon
  readonly parts: () => PartTexts
  /** The call that is under way; messages that arrive after it are dropped. */
  readonly served: () => Served | undefined
  /** Milliseconds of processor time that the isolate has used for the call. */
  readonly isolateMs: () => number
  /** The main thread works for a call that goes on beside it, piece by piece. */
  readonly onWorked: () => void
  /** The call has used up its time in functions of the child. */
  readonly onExhausted: (served: Served) => void
  readonly enter: (way: keyof Entrances, args: readonly Passable[]) => void
  readonly settle: (result: string, isSpoiled: boolean) => void
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value)

/** Why a request is not even passed on; undefined when it is. */
const fetchRefusal = (served: Served, request: unknown, body: ArrayBuffer): string | undefined => {
  if (typeof request !== 'string' || request.length > MAX_REQUEST_CHARS) return 'its address and headers are too long'
  if (body.byteLength > LIMITS.requestBytes) return `its body has more than ${LIMITS.requestBytes} bytes`
  if (served.fetches >= LIMITS.fetches) return `an Action makes at most ${LIMITS.fetches} requests`
  return served.openFetches >= LIMITS.concurrentFetches
    ? `an Action makes at most ${LIMITS.concurrentFetches} requests at a time`
    : undefined
}

const askFetch = ({ served, enter }: BridgePorts, id: unknown, request: unknown, given: unknown): void => {
  const own = served()
  if (!own || !isId(id)) return
  const body = given instanceof ArrayBuffer ? given : EMPTY
  const failure = fetchRefusal(own, request, body)
  if (failure !== undefined || typeof request !== 'string') {
    enter('fetched', [id, JSON.stringify({ failure })])
    return
  }
  own.fetches += 1
  own.openFetches += 1
  own.call.fetch(id, request, new Uint8Array(body))
}

const setTimer = ({ served, enter }: BridgePorts, id: unknown, milliseconds: unknown): void => {
  const own = served()
  if (!own || !isId(id) || typeof milliseconds !== 'number' || own.timers.size > LIMITS.timers) return
  const timer = setTimeout(() => {
    own.timers.delete(id)
    enter('timer', [id])
  }, milliseconds)
  own.timers.set(id, timer)
}

const subtleRefusal = ({ openSubtle, subtleMs, call }: Served): string | undefined => {
  if (openSubtle >= LIMITS.concurrentSubtle) return `at most ${LIMITS.concurrentSubtle} operations at a time`
  return subtleMs > 4 * call.cpuMs ? 'the time for cryptography is used up' : undefined
}

const createSubtleAnswer = ({ addon, enter, served }: BridgePorts): Bridge['subtle'] => {
  const subtle = createSubtle()
  return async (id, operation, args) => {
    const own = served()
    if (!own || !isId(id) || typeof operation !== 'string' || !Array.isArray(args)) return
    const refusal = subtleRefusal(own)
    const started = performance.now()
    own.openSubtle += 1
    const asked =
      refusal === undefined ? subtle(operation, args, () => served() === own) : Promise.reject(new TypeError(refusal))
    const answer: readonly Passable[] = await asked.then(
      value => [id, true, new addon.ExternalCopy(value).copyInto({ release: true })],
      (reason: unknown) => [id, false, reason instanceof Error ? reason.message.slice(0, 200) : 'it failed'],
    )
    own.openSubtle -= 1
    own.subtleMs += performance.now() - started
    if (served() === own) enter('answered', answer)
  }
}

/** More time in the child's functions than the call has, or than the main thread can give it at once. */
const isTooMuch = ({ hostMs, isAtOnce, call }: Served, isolateMs: () => number): boolean =>
  isAtOnce ? hostMs > LIMITS.sliceMs : hostMs + isolateMs() > call.cpuMs

/** The child's functions on the account of a call, and on no other: V8's clock stands still while they run. */
const lendCompute =
  ({ served, parts, isolateMs, onWorked, onExhausted }: BridgePorts): Bridge['compute'] =>
  (name, ...args) => {
    const own = served()
    if (!own || own.isExhausted) return undefined
    const [first] = args
    if (name === 'part') return typeof first === 'string' && Object.hasOwn(parts(), first) ? parts()[first] : undefined
    const started = performance.now()
    const value = compute(name, ...args)
    own.hostMs += performance.now() - started
    if (!own.isAtOnce) onWorked()
    if (isTooMuch(own, isolateMs)) {
      own.isExhausted = true
      onExhausted(own)
    }
    return value
  }

export const lendBridge = (ports: BridgePorts): Bridge => ({
  log: line => ports.served()?.log.add(line),
  fetch: (id, request, body) => askFetch(ports, id, request, body),
  abortFetch: id => {
    const own = ports.served()
    if (!own || !isId(id)) return
    own.openFetches -= 1
    own.call.abort(id)
  },
  setTimer: (id, milliseconds) => setTimer(ports, id, milliseconds),
  clearTimer: id => {
    const timers = ports.served()?.timers
    clearTimeout(timers?.get(id))
    timers?.delete(id)
  },
  subtle: createSubtleAnswer(ports),
  done: (result, isSpoiled) => {
    if (typeof result !== 'string') return
    const isTooLong = result.length > 2 * LIMITS.effectBytes
    ports.settle(isTooLong ? '{"calls":[],"report":{"overflow":true}}' : result, isSpoiled === true)
  },
  compute: lendCompute(ports),
})
