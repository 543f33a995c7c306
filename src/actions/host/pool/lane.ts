/** A lane: one child at a time, its successor when it is lost, and the queue before it. */

import { createFairQueue, type FairQueue } from '../../../base/fair-queue.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { Child, ChildOwner, EndOfChild } from './child.ts'
import { type Job, type JobOutcome, mayRepeat, outcome } from './job.ts'

export interface LanePorts {
  /** Jobs under way at once. */
  readonly capacity: number
  /** A child that no job has; it may still be starting. */
  readonly takeChild: () => Child
  /** A job was lost with its child, and may be run again. `isSuspect`: it may have been the reason. */
  readonly onRepeat: (job: Job, isSuspect: boolean) => void
  /** A job held up the child of all others. */
  readonly onHeldUp: (job: Job) => void
  readonly onOutcome: (job: Job, how: JobOutcome) => void
}

/** What becomes of the only job that a lost child had. */
const blame = (reason: EndOfChild): JobOutcome => {
  if (reason === 'overdue' || reason === 'silent' || reason === 'held up') return outcome('timeout')
  return outcome(reason === 'memory' || reason === 'crash' ? 'memory' : 'lost')
}

/** How long a lane waits after children that never became ready, in milliseconds: it doubles. */
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 5000

/** How long a job that held up all others waits until it may go on. */
const HELD_UP_PAUSE_MS = 150

export class Lane implements ChildOwner {
  readonly #ports: LanePorts
  readonly #queue: FairQueue<Job>
  readonly #alarms = new Map<Job, NodeJS.Timeout>()
  #child: Child | undefined
  /** Settles when the child has shown that it serves, or was lost. */
  #confirmed: Promise<void> = Promise.resolve()
  #pauseMs = 0
  #isClosed = false

  constructor(ports: LanePorts) {
    this.#ports = ports
    this.#queue = createFairQueue({
      capacity: ports.capacity,
      perKey: Math.min(ports.capacity, LIMITS.callsPerTenant),
      waitingPerKey: LIMITS.waitingPerTenant,
      start: job => this.#start(job),
    })
  }

  push(job: Job): void {
    const left = job.deadline - performance.now()
    if (this.#isClosed || left <= 0) {
      this.#ports.onOutcome(job, outcome(left <= 0 ? 'timeout' : 'lost'))
      return
    }
    const accepted = this.#queue.push(job.tenantId, job)
    if (accepted === 'refused') this.#ports.onOutcome(job, outcome('busy'))
    if (accepted !== 'waits') return
    const alarm = setTimeout(() => this.#withdraw(job), left)
    this.#alarms.set(job, alarm)
  }

  /** Makes sure that there is a child; resolves when it serves. */
  async warm(): Promise<void> {
    this.#current()
    await this.#confirmed
  }

  /** Lets the child go when it has nothing to do. */
  rest(): void {
    if (this.#child?.jobCount === 0) this.#child.kill('drained')
  }

  close(): void {
    this.#isClosed = true
    for (const job of this.#queue.drain()) this.#finish(job, outcome('lost'), false)
    this.#child?.kill('closed')
  }

  onJobEnd(job: Job, how: JobOutcome): void {
    this.#finish(job, how)
  }

  onHeldUp(job: Job): void {
    this.#ports.onHeldUp(job)
    // The others go first: they have the spare child, and the processor while another one is started.
    if (mayRepeat(job)) setTimeout(() => this.#repeat(job, true), HELD_UP_PAUSE_MS)
    else this.#finish(job, outcome('timeout'))
  }

  onRetire(child: Child): void {
    if (this.#child === child) this.#child = undefined
    if (child.jobCount === 0) child.kill('drained')
    else setTimeout(() => child.kill('drained'), LIMITS.drainMs).unref()
  }

  onEnd(child: Child, reason: EndOfChild, left: readonly Job[], isBlamed: boolean): void {
    if (this.#child === child) this.#child = undefined
    const isOneSuspect = left.length === 1 && !isBlamed
    for (const job of left) {
      if (isOneSuspect) this.#finish(job, blame(reason))
      else if (reason !== 'closed' && mayRepeat(job)) this.#repeat(job, !isBlamed)
      else this.#finish(job, outcome('lost'))
    }
  }

  #start(job: Job): void {
    this.#clearAlarm(job)
    const child = this.#current()
    this.#confirmed.then(
      () => (child.isAlive ? child.run(job) : this.#startAgain(job)),
      () => this.#startAgain(job),
    )
  }

  /** The child was lost before the job reached it: it keeps its place and tries the next one. */
  #startAgain(job: Job): void {
    this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2 || FIRST_PAUSE_MS)
    if (this.#isClosed) this.#finish(job, outcome('lost'))
    else if (job.deadline < performance.now() + this.#pauseMs) this.#finish(job, outcome('lost'))
    else setTimeout(() => this.#start(job), this.#pauseMs)
  }

  #current(): Child {
    if (this.#child?.isAlive) return this.#child
    const child = this.#ports.takeChild()
    child.owner = this
    this.#child = child
    this.#confirmed = child.confirm()
    this.#confirmed.then(
      () => {
        this.#pauseMs = 0
      },
      () => undefined,
    )
    return child
  }

  #repeat(job: Job, isSuspect: boolean): void {
    job.isRepeated = true
    this.#queue.done(job.tenantId)
    this.#ports.onRepeat(job, isSuspect)
  }

  #finish(job: Job, how: JobOutcome, hasStarted = true): void {
    this.#clearAlarm(job)
    if (hasStarted) this.#queue.done(job.tenantId)
    this.#ports.onOutcome(job, how)
  }

  #withdraw(job: Job): void {
    if (this.#queue.withdraw(job.tenantId, job)) this.#finish(job, outcome('timeout'), false)
  }

  #clearAlarm(job: Job): void {
    clearTimeout(this.#alarms.get(job))
    this.#alarms.delete(job)
  }
}
