/** The calls of one child: which instance serves which, and what happens when one gets out of hand. */

import { LRUCache } from 'lru-cache'
import type { FromChild, PartTexts, ToChild } from '../contract/messages.ts'
import { type BlankPorts, createBlankMaker } from './blank.ts'
import { Instance, type InstancePorts } from './instance.ts'
import { createInstances } from './instances.ts'
import type { InstanceCall } from './served.ts'

type Run = Extract<ToChild, { readonly type: 'run' }>

type Fetched = Extract<ToChild, { readonly type: 'fetched' }>

export interface CallsPorts extends BlankPorts {
  readonly cpuMs: number
  readonly send: (head: FromChild, body?: string | Uint8Array) => void
  /** Sends without waiting, for a process that is about to end. */
  readonly sendNow: (head: FromChild) => void
  readonly die: () => void
}

interface Program {
  readonly code: string
  /** Calls in a row that were quick. */
  quick: number
}

/** So many quick calls in a row let a program begin on the main thread, where one slow call is stopped and moved. */
const PROVEN = 8
const QUICK_MS = 2

/** The next blank is made when the call that took the last one is likely to be over. */
const NEXT_BLANK_MS = 40

/** How often the parent hears from a main thread that works for others. */
const SIGN_OF_LIFE_MS = 4

/** Of all programs together; the parent sends one again that is gone. */
const MAX_PROGRAM_CHARS = 50_000_000

const NO_LOGS = { text: '', truncated: false }

export class Calls {
  readonly #ports: CallsPorts
  readonly #makeBlank: InstancePorts['makeBlank']
  readonly #programs = new LRUCache<number, Program>({
    maxSize: MAX_PROGRAM_CHARS,
    sizeCalculation: ({ code }) => code.length + 1,
  })
  readonly #serving = new Map<number, Instance>()
  readonly #instances = createInstances()
  #parts: PartTexts = {}
  #lastSign = 0
  #isRetiring = false
  #next: Promise<Instance> | undefined

  constructor(ports: CallsPorts) {
    this.#ports = ports
    this.#makeBlank = createBlankMaker(ports)
  }

  /** Makes the first blank. */
  async prepare(): Promise<void> {
    this.#next = this.#makeInstance()
    await this.#next
  }

  /** Comes before the first call. */
  setParts(parts: PartTexts): void {
    this.#parts = parts
  }

  addProgram(id: number, code: string): void {
    this.#programs.set(id, { code, quick: 0 })
  }

  async run(run: Run, text: string): Promise<void> {
    const program = this.#programs.get(run.program)
    if (!program) {
      this.#ports.send({ type: 'unknown', call: run.call })
      return
    }
    const call = this.#toCall(run, text, program)
    const instance = this.#instances.take(run.program)
    if (instance) {
      this.#serving.set(run.call, instance)
      const how = program.quick < PROVEN ? instance.begin(call) : instance.beginAtOnce(call)
      if (how !== 'settled') this.#ports.send({ type: 'begun', call: run.call })
      if (how !== 'stopped') return
      program.quick = 0
      this.#instances.free(instance, false)
    } else this.#ports.send({ type: 'begun', call: run.call })
    const fresh = await this.#makeReady(run, program)
    if (!fresh) return
    this.#serving.set(run.call, fresh)
    fresh.begin(call)
  }

  fetched({ call, fetch, response }: Fetched, body: Buffer): void {
    this.#serving.get(call)?.fetched(fetch, response, body)
  }

  /** Ends the calls whose time is over. */
  watchTime(now: number): void {
    for (const instance of this.#serving.values()) instance.watch(now)
  }

  /** Disposes the isolate that is most likely the one that eats the memory, and asks for a successor. */
  watchMemory(residentBytes: number, softLimit: number): void {
    if (residentBytes < softLimit) return
    this.#instances.longestRunning()?.end('memory')
    this.#instances.clear()
    this.#retire()
  }

  #retire(): void {
    if (!this.#isRetiring) this.#ports.send({ type: 'retire' })
    this.#isRetiring = true
  }

  /** Functions that are asked for from beside keep this thread from the pipe, not from getting on. */
  #giveSign(): void {
    const now = performance.now()
    if (now - this.#lastSign < SIGN_OF_LIFE_MS) return
    this.#lastSign = now
    this.#ports.send({ type: 'pong' })
  }

  #makeInstance(): Promise<Instance> {
    return Instance.create({
      addon: this.#ports.addon,
      parts: () => this.#parts,
      makeBlank: this.#makeBlank,
      onWorked: () => this.#giveSign(),
      onStuck: () => this.#retire(),
      onCatastrophe: instance => this.#lastWords(instance),
      onFree: this.#instances.free,
    })
  }

  /** Names the call whose isolate is beyond help, so that the others are not suspected. */
  #lastWords(instance: Instance): void {
    const { cpuMs, sendNow, die } = this.#ports
    for (const [call, one] of this.#serving) {
      if (one === instance) sendNow({ type: 'ended', call, ending: 'memory', cpuMs, logs: NO_LOGS })
    }
    die()
  }

  /** The blank that is ready, while the next one is being made. */
  #takeBlank(): Promise<Instance> {
    const blank = this.#next ?? this.#makeInstance()
    this.#next = undefined
    setTimeout(() => {
      this.#next ??= this.#makeInstance()
    }, NEXT_BLANK_MS)
    return blank
  }

  /** A new instance with the program in it; undefined when the code does not compile, which ends the call. */
  async #makeReady(run: Run, program: Program): Promise<Instance | undefined> {
    const instance = await this.#takeBlank()
    this.#instances.add(instance, run.program)
    const complaint = await instance.compile(program.code, this.#ports.cpuMs)
    if (complaint === undefined) return instance
    this.#instances.free(instance, false)
    instance.end('lost')
    this.#ports.send({ type: 'ended', call: run.call, ending: 'syntax', cpuMs: 0, logs: NO_LOGS }, complaint)
    return undefined
  }

  #toCall({ call, budgetMs }: Run, text: string, program: Program): InstanceCall {
    const { send, cpuMs } = this.#ports
    return {
      text,
      deadline: performance.now() + budgetMs,
      cpuMs,
      fetch: (fetch, request, body) => send({ type: 'fetch', call, fetch, request }, body),
      abort: fetch => send({ type: 'abort', call, fetch }),
      ended: (ending, used, logs, body) => {
        program.quick = ending === 'settled' && used < QUICK_MS ? program.quick + 1 : 0
        this.#serving.delete(call)
        send({ type: 'ended', call, ending, cpuMs: used, logs }, body)
      },
    }
  }
}
