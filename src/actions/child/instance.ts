/** One instance of a program: it serves one call at a time, and keeps its module-level state for the next. */

import type * as Addon from 'isolated-vm'
import type { Bridge, Entrances } from '../contract/bridge.ts'
import { LIMITS } from '../contract/limits.ts'
import type { CallEnding, PartTexts } from '../contract/messages.ts'
import type { Blank } from './blank.ts'
import { lendBridge } from './bridge.ts'
import { createEntry, type Passable } from './entry.ts'
import { createLog } from './log.ts'
import { compileProgram } from './program.ts'
import type { InstanceCall, Served } from './served.ts'

export interface InstancePorts {
  readonly addon: typeof Addon
  readonly parts: () => PartTexts
  readonly makeBlank: (bridge: Bridge, onCatastrophe: () => void) => Promise<Blank>
  /** The main thread did something for a call that goes on beside it. */
  readonly onWorked: () => void
  /** An entry does not stop although it was told to. */
  readonly onStuck: () => void
  /** V8 has given up on the isolate; the process must end. */
  readonly onCatastrophe: (instance: Instance) => void
  /** The instance serves no call any more; it can serve again when it is usable. */
  readonly onFree: (instance: Instance, isUsable: boolean) => void
}

export class Instance {
  readonly #ports: InstancePorts
  #blank: Blank | undefined
  #entry: ReturnType<typeof createEntry> | undefined
  #served: Served | undefined
  #isUsable = true
  /** Says how the last call ended, as long as that has not been said. */
  #tell: (() => void) | undefined

  private constructor(ports: InstancePorts) {
    this.#ports = ports
  }

  /** An instance without a program. */
  static async create(ports: InstancePorts): Promise<Instance> {
    const instance = new Instance(ports)
    const bridge = lendBridge({
      addon: ports.addon,
      parts: ports.parts,
      served: () => instance.#served,
      isolateMs: () => instance.#isolateMs(),
      onWorked: ports.onWorked,
      onExhausted: own => {
        if (!own.isAtOnce) setImmediate(() => instance.#served === own && instance.end('timeout'))
      },
      enter: (way, args) => instance.#enter(way, args),
      settle: (text, isSpoiled) => {
        if (instance.#served?.isExhausted) return
        if (isSpoiled) instance.#isUsable = false
        instance.#finish('settled', text)
      },
    })
    const blank = await ports.makeBlank(bridge, () => ports.onCatastrophe(instance))
    instance.#blank = blank
    instance.#entry = createEntry(blank.isolate, () => {
      instance.end('timeout')
      ports.onStuck()
    })
    return instance
  }

  /** Since when an entry has been running, in milliseconds of `performance.now()`. */
  get runningSince(): number | undefined {
    return this.#entry?.runningSince()
  }

  /** Undefined when the code compiles, else the compiler's complaint. */
  async compile(program: string, timeout: number): Promise<string | undefined> {
    return this.#blank ? compileProgram(this.#blank, program, timeout) : 'the isolate is gone'
  }

  /** Begins a call on a thread of its own. */
  begin(call: InstanceCall): 'begun' {
    this.#served = this.#open(call)
    this.#enter('begin', [call.text])
    return 'begun'
  }

  /** Begins a call here and now. `stopped`: it took too long and must begin again, in another instance. */
  beginAtOnce(call: InstanceCall): 'settled' | 'begun' | 'stopped' {
    const [entry, blank] = [this.#entry, this.#blank]
    if (!entry || !blank) return 'stopped'
    const own = this.#open(call)
    this.#served = own
    own.isAtOnce = true
    const ending = entry.now(blank.ways.begin, [call.text], LIMITS.sliceMs)
    own.isAtOnce = false
    const isSettled = this.#served !== own
    if (ending === 'returned' && !own.isExhausted) return isSettled ? 'settled' : 'begun'
    this.#dispose()
    // What it left running was stopped, its result had left before.
    if (isSettled) return 'settled'
    this.#close()
    return 'stopped'
  }

  /** Ends the call when its time is over. */
  watch(now: number): void {
    if (this.#served && this.#served.call.deadline < now) this.end('timeout')
  }

  /** The parent's answer to a request of the call. */
  fetched(id: number, response: string, body: Buffer): void {
    if (!this.#served) return
    this.#served.openFetches -= 1
    const copy = new this.#ports.addon.ExternalCopy(new Uint8Array(body).buffer)
    this.#enter('fetched', [id, response, copy.copyInto({ release: true })])
  }

  /** Ends the call that is under way, if there is one, and the instance. */
  end(ending: CallEnding): void {
    if (this.#served) this.#finish(ending, '')
    else this.#dispose()
    this.#tell?.()
  }

  #enter(way: keyof Entrances, args: readonly Passable[]): void {
    const own = this.#served
    if (own) own.queue = own.queue.then(() => this.#enterNow(own, way, args))
  }

  async #enterNow(own: Served, way: keyof Entrances, args: readonly Passable[]): Promise<void> {
    const [entry, blank] = [this.#entry, this.#blank]
    if (this.#served !== own || !entry || !blank) return
    own.entries += 1
    if (own.entries > LIMITS.entries) {
      this.end('timeout')
      return
    }
    const left = own.call.cpuMs - this.#isolateMs() - own.hostMs
    const ending = await entry.onThread(blank.ways[way], args, left)
    if (ending === 'returned') return
    if (this.#served === own) this.end(ending)
    else this.#dispose()
  }

  #open(call: InstanceCall): Served {
    return {
      call,
      log: createLog(),
      timers: new Map(),
      startedCpu: this.#entry?.cpuMs() ?? 0,
      fetches: 0,
      entries: 0,
      hostMs: 0,
      isAtOnce: false,
      isExhausted: false,
      openSubtle: 0,
      subtleMs: 0,
      openFetches: 0,
      queue: Promise.resolve(),
    }
  }

  /** Processor time of the isolate for the call that is under way. */
  #isolateMs(): number {
    return this.#served && this.#entry ? this.#entry.cpuMs() - this.#served.startedCpu : 0
  }

  #close(): void {
    for (const timer of this.#served?.timers.values() ?? []) clearTimeout(timer)
    this.#served = undefined
  }

  #finish(ending: CallEnding, body: string): void {
    const own = this.#served
    if (!own) return
    this.#close()
    const cpuMs = Math.max(0, (this.#entry?.cpuMs() ?? 0) - own.startedCpu) + own.hostMs
    this.#tell = () => {
      this.#tell = undefined
      own.call.ended(ending, cpuMs, own.log.read(), body)
    }
    if (ending !== 'settled') {
      this.#dispose()
      this.#tell()
    }
    // What the Action has left running may still hold the isolate: only then is it free, and a result may leave.
    void own.queue.then(() => {
      if (this.#blank?.isolate.isDisposed || !this.#isUsable) this.#dispose()
      this.#ports.onFree(this, this.#isUsable)
      this.#tell?.()
    })
  }

  #dispose(): void {
    this.#isUsable = false
    if (this.#blank && !this.#blank.isolate.isDisposed) this.#blank.isolate.dispose()
  }
}
