/**
 * The pool: main lanes that all programs share, one lane apart for programs that got out of hand, and a spare child
 * that is ready, so that losing a child costs its lane no start.
 */

import { LIMITS } from '../../contract/limits.ts'
import type { FetchRelay } from '../fetch-relay.ts'
import { Child } from './child.ts'
import { type Job, type JobOutcome, outcome } from './job.ts'
import { Lane } from './lane.ts'
import type { SandboxTexts } from './sandbox-text.ts'
import { createStrikes } from './strikes.ts'

export interface PoolOptions {
  readonly texts: SandboxTexts
  readonly relay: FetchRelay
  /** Main lanes, each with a child. */
  readonly lanes: number
  readonly cpuMs: number
  readonly heapMegabytes: number
  readonly onStartFailure: (complaint: string) => void
}

/** The successor is started when the moment that cost the last child is over. */
const SPARE_DELAY_MS = 150
/** After so long without work the lane apart lets its child go. */
const REST_MS = 30_000

export class Pool implements AsyncDisposable {
  readonly #options: PoolOptions
  readonly #strikes = createStrikes()
  readonly #lanes: readonly Lane[]
  readonly #apart: Lane
  readonly #children = new Set<Child>()
  #spare: Child | undefined
  #spareTimer: NodeJS.Timeout | undefined
  #restTimer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#lanes = Array.from({ length: options.lanes }, () => this.#createLane(LIMITS.instances))
    // One call at a time: when this child is lost, there is no doubt about the reason.
    this.#apart = this.#createLane(1)
  }

  /** Resolves when every main lane serves. */
  async warm(): Promise<void> {
    await Promise.all(this.#lanes.map(lane => lane.warm()))
  }

  run(job: Job): void {
    if (this.#strikes.isApart(job.program.id, performance.now())) this.#runApart(job)
    else this.#laneOf(job).push(job)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#spareTimer)
    clearTimeout(this.#restTimer)
    for (const lane of [...this.#lanes, this.#apart]) lane.close()
    const gone = [...this.#children].map(child => child.gone)
    for (const child of this.#children) child.kill('closed')
    await Promise.all(gone)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #createLane(capacity: number): Lane {
    return new Lane({
      capacity,
      takeChild: () => this.#takeChild(),
      onRepeat: (job, isSuspect) => {
        if (this.#isClosed) job.settle(outcome('lost'))
        else if (isSuspect) this.#runApart(job)
        else this.#laneOf(job).push(job)
      },
      onHeldUp: job => this.#strikes.addSlow(job.program.id, performance.now()),
      onOutcome: (job, how) => this.#onOutcome(job, how),
    })
  }

  /** A program keeps to one lane, where its instances are. */
  #laneOf(job: Job): Lane {
    return this.#lanes[job.program.id % this.#lanes.length] ?? this.#apart
  }

  #runApart(job: Job): void {
    clearTimeout(this.#restTimer)
    this.#restTimer = setTimeout(() => this.#apart.rest(), REST_MS).unref()
    this.#apart.push(job)
  }

  #onOutcome(job: Job, how: JobOutcome): void {
    const now = performance.now()
    if (how.ending === 'memory') this.#strikes.addSevere(job.program.id, now)
    if (how.ending === 'timeout' && how.cpuMs >= this.#options.cpuMs * 0.9) this.#strikes.addSlow(job.program.id, now)
    job.settle(how)
  }

  #startChild(): Child {
    const child = new Child(this.#options)
    this.#children.add(child)
    child.gone.then(() => this.#children.delete(child))
    return child
  }

  #takeChild(): Child {
    const spare = this.#spare?.isAlive ? this.#spare : this.#startChild()
    this.#spare = undefined
    clearTimeout(this.#spareTimer)
    if (!this.#isClosed) {
      this.#spareTimer = setTimeout(() => {
        this.#spare ??= this.#startChild()
      }, SPARE_DELAY_MS)
    }
    return spare
  }
}
