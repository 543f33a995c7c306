/** A child as the parent sees it: the jobs it has, what it says, and the watch over its time and its memory. */

import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Duplex, Readable } from 'node:stream'
import { createFrameReader, toFrame } from '../../contract/frame.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { FromChild, ToChild } from '../../contract/messages.ts'
import type { FetchRelay } from '../fetch-relay.ts'
import { startChild } from './child-process.ts'
import type { Job, JobOutcome } from './job.ts'
import { mainThreadMs, watchMainThread } from './main-thread-watch.ts'
import { readMessage } from './read-message.ts'
import type { SandboxTexts } from './sandbox-text.ts'

/** Why a child is no more: the parent's reason, or `crash`. */
export type EndOfChild = 'memory' | 'overdue' | 'silent' | 'held up' | 'protocol' | 'drained' | 'closed' | 'crash'

export interface ChildPorts {
  readonly texts: SandboxTexts
  readonly relay: FetchRelay
  readonly cpuMs: number
  readonly heapMegabytes: number
  /** The child could not start; what it said about that is for the operator. */
  readonly onStartFailure: (complaint: string) => void
}

/** What a child tells the lane that it works for. */
export interface ChildOwner {
  onJobEnd(job: Job, how: JobOutcome): void
  /** The job held up the child, which was lost for it; the job has to go on elsewhere. Comes after `onEnd`. */
  onHeldUp(job: Job): void
  /** The child asks for a successor: it still has jobs, and the one that is the reason has ended already. */
  onRetire(child: Child): void
  /** `isBlamed`: the job that was the reason has ended already. */
  onEnd(child: Child, reason: EndOfChild, left: readonly Job[], isBlamed: boolean): void
}

const TICK_MS = 5
/** Memory is looked at every so many ticks. */
const MEMORY_TICKS = 10
/** Beyond its deadline a job belongs to the parent: the child should have ended it. */
const GRACE_MS = 500
const PAGE_BYTES = 4096
const MAX_COMPLAINT = 2000
/** Programs that the child is believed to hold; when there are more, it is told again. */
const MAX_PROGRAMS = 1000

/** Resident memory of a process, where the system tells it as Linux does. */
const residentBytes = (pid: number | undefined): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES
  } catch {
    return 0
  }
}

interface Running {
  readonly job: Job
  readonly fetches: Map<number, AbortController>
  /** Requests of the job so far. */
  fetchCount: number
  /** It goes on beside the main thread. */
  hasBegun: boolean
}

type Ended = Extract<FromChild, { readonly type: 'ended' }>

type Asked = Extract<FromChild, { readonly type: 'fetch' }>

/** One process. It is watched while it has jobs. */
export class Child {
  /** Resolves when calls are served; rejects when the child ends before. */
  readonly ready: Promise<void>
  /** Resolves when the process has ended. */
  readonly gone: Promise<void>
  /** Set by the lane that takes the child. */
  owner: ChildOwner | undefined

  readonly #ports: ChildPorts
  readonly #process: ChildProcess
  readonly #pipe: Duplex
  readonly #running = new Map<number, Running>()
  readonly #programs = new Set<number>()
  readonly #ready = Promise.withResolvers<void>()
  readonly #gone = Promise.withResolvers<void>()
  readonly #mainThread = watchMainThread(() => mainThreadMs(this.#process.pid))
  readonly #unanswered: PromiseWithResolvers<void>[] = []
  #reason: EndOfChild = 'crash'
  #isAlive = true
  #isBlamed = false
  #ticking: NodeJS.Timeout | undefined
  #ticks = 0

  constructor(ports: ChildPorts) {
    this.#ports = ports
    this.ready = this.#ready.promise
    this.ready.catch(() => undefined)
    this.gone = this.#gone.promise
    const { process, pipe, complaints } = startChild(ports.texts.child)
    this.#process = process
    this.#pipe = pipe
    this.#listen()
    this.#hear(complaints)
    this.#send({ type: 'hello', heapMegabytes: ports.heapMegabytes, cpuMs: ports.cpuMs }, ports.texts.boot)
    this.#send({ type: 'parts' }, ports.texts.parts)
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  get jobCount(): number {
    return this.#running.size
  }

  /** Resolves when the child serves and has just answered: one that was kept ready may have been lost meanwhile. */
  async confirm(): Promise<void> {
    await this.ready
    const answered = Promise.withResolvers<void>()
    this.#unanswered.push(answered)
    this.#send({ type: 'ping' })
    if (!this.#isAlive) answered.reject(new TypeError('the child has ended'))
    await answered.promise
  }

  run(job: Job): void {
    if (this.#running.size === 0) this.#mainThread.heard()
    this.#running.set(job.id, { job, fetches: new Map(), fetchCount: 0, hasBegun: false })
    this.#ticking ??= setInterval(() => this.#tick(), TICK_MS)
    this.#sendRun(job)
  }

  kill(reason: EndOfChild): void {
    if (!this.#isAlive) return
    this.#reason = reason
    this.#process.kill('SIGKILL')
    // The jobs do not wait until the system has cleared up.
    this.#onGone()
  }

  #listen(): void {
    const read = createFrameReader((head, body) => this.#take(head, body))
    for (const event of ['exit', 'error']) {
      this.#process.on(event, () => {
        this.#onGone()
        this.#gone.resolve()
      })
    }
    this.#pipe.on('error', () => this.kill('crash'))
    this.#pipe.on('close', () => this.kill('crash'))
    this.#pipe.on('data', (chunk: Buffer) => {
      try {
        if (this.#isAlive) read(chunk)
      } catch {
        this.kill('protocol')
      }
    })
  }

  /** Read to its end, so that its writer never waits; kept only until the child is ready, and only the beginning. */
  #hear(complaints: Readable): void {
    let complaint = ''
    complaints.on('data', chunk => {
      if (complaint.length < MAX_COMPLAINT) complaint += String(chunk).slice(0, MAX_COMPLAINT)
    })
    complaints.on('error', () => undefined)
    this.ready.then(
      () => {
        complaint = ''
      },
      () => {
        if (this.#reason === 'crash') complaints.once('close', () => this.#ports.onStartFailure(complaint))
      },
    )
  }

  #send(head: ToChild, body?: string | Uint8Array): void {
    if (this.#isAlive) this.#pipe.write(toFrame(head, body))
  }

  #sendRun({ id, program, deadline, text }: Job): void {
    if (this.#programs.size > MAX_PROGRAMS) this.#programs.clear()
    if (!this.#programs.has(program.id)) this.#send({ type: 'program', program: program.id }, program.code)
    this.#programs.add(program.id)
    const budgetMs = Math.max(1, Math.ceil(deadline - performance.now()))
    this.#send({ type: 'run', call: id, program: program.id, budgetMs }, text)
  }

  #take(head: unknown, body: Buffer): void {
    this.#mainThread.heard()
    const message = readMessage(head)
    if (!message) this.kill('protocol')
    else if (message.type === 'ended') this.#onEnded(message, body.toString())
    else if (message.type === 'fetch') void this.#relay(message, new Uint8Array(body))
    else if (message.type === 'abort') this.#running.get(message.call)?.fetches.get(message.fetch)?.abort()
    else if (message.type === 'begun') this.#onBegun(message.call)
    else if (message.type === 'unknown') this.#repeatProgram(message.call)
    else if (message.type === 'retire') this.#onRetire()
    else if (message.type === 'ready') this.#ready.resolve()
    else for (const answered of this.#unanswered.splice(0)) answered.resolve()
  }

  #repeatProgram(call: number): void {
    const job = this.#running.get(call)?.job
    if (!job) return
    this.#programs.delete(job.program.id)
    this.#sendRun(job)
  }

  #onRetire(): void {
    this.#isBlamed = true
    this.owner?.onRetire(this)
  }

  #onEnded({ call, ending, cpuMs, logs }: Ended, body: string): void {
    const one = this.#running.get(call)
    if (!one) return
    if (ending === 'memory') this.#isBlamed = true
    this.#running.delete(call)
    for (const fetch of one.fetches.values()) fetch.abort()
    this.owner?.onJobEnd(one.job, { ending, cpuMs, logs, body })
  }

  async #relay({ call, fetch, request }: Asked, body: Uint8Array): Promise<void> {
    const one = this.#running.get(call)
    if (!one || one.fetches.size >= LIMITS.concurrentFetches) return
    one.fetchCount += 1
    // The child keeps these limits itself, unless an attacker has taken it over.
    if (one.fetches.has(fetch) || one.fetchCount > LIMITS.fetches || body.length > LIMITS.requestBytes) {
      this.kill('protocol')
      return
    }
    one.job.hasReachedOut = true
    const abort = new AbortController()
    one.fetches.set(fetch, abort)
    const left = Math.max(1, Math.ceil(one.job.deadline - performance.now()))
    const answer = await this.#ports.relay(request, body, abort.signal, left)
    if (!one.fetches.delete(fetch) || !this.#running.has(call)) return
    this.#send({ type: 'fetched', call, fetch, response: answer.response }, answer.body)
  }

  #onBegun(call: number): void {
    const one = this.#running.get(call)
    if (one) one.hasBegun = true
  }

  /** A child that has nothing to do is not watched. */
  #rest(): void {
    clearInterval(this.#ticking)
    this.#ticking = undefined
  }

  #tick(): void {
    if (this.#running.size === 0) {
      this.#rest()
      return
    }
    this.#ticks += 1
    const limit = performance.now() - GRACE_MS
    const seen = this.#mainThread.tick()
    if (this.#ticks % MEMORY_TICKS === 0 && residentBytes(this.#process.pid) > LIMITS.hardResidentBytes) {
      this.kill('memory')
    } else if ([...this.#running.values()].some(({ job }) => job.deadline < limit)) this.kill('overdue')
    // Counted in ticks: when this process was held up itself, the child's words are still waiting to be read.
    else if (this.#mainThread.silentTicks * TICK_MS > LIMITS.silentMs) this.kill('silent')
    else if (seen === 'held up') this.#onHeldUp()
    else if (seen === 'ask') this.#send({ type: 'ping' })
  }

  /** Calls reach the main thread in their order: the first that has not got beyond it is the one that holds it up. */
  #onHeldUp(): void {
    const culprit = [...this.#running.values()].find(({ hasBegun }) => !hasBegun)?.job
    // No call waits for the main thread: what it does is done for a call beside it, and on that call's account.
    if (!culprit) return
    this.#isBlamed = true
    this.#running.delete(culprit.id)
    this.kill('held up')
    this.owner?.onHeldUp(culprit)
  }

  #onGone(): void {
    if (!this.#isAlive) return
    this.#isAlive = false
    this.#rest()
    this.#pipe.destroy()
    const error = new TypeError('the child has ended')
    for (const one of [this.#ready, ...this.#unanswered.splice(0)]) one.reject(error)
    const left = [...this.#running.values()]
    this.#running.clear()
    for (const { fetches } of left) for (const fetch of fetches.values()) fetch.abort()
    const jobs = left.map(({ job }) => job)
    this.owner?.onEnd(this, this.#reason, jobs, this.#isBlamed)
  }
}
