/** Places for work, shared among keys: a key with little work gets the next place before one that floods. */

export interface FairQueueOptions<Work> {
  /** Work under way at once. */
  readonly capacity: number
  /** Of these, at most so many for one key. */
  readonly perKey: number
  /** Work of one key that may wait. */
  readonly waitingPerKey: number
  readonly start: (work: Work) => void
  /** Where the number of keys is not bounded otherwise: what may wait of all of them. */
  readonly room?: {
    readonly waiting: number
    /** Work that was waiting has lost its place, and will not start. */
    readonly onDisplaced: (work: Work) => void
  }
}

interface Line<Work> {
  running: number
  readonly waiting: Work[]
}

export interface FairQueue<Work> {
  /** Starts the work now or later; refuses it when too much of its key waits already. */
  push(key: string, work: Work): 'started' | 'waits' | 'refused'
  /** Takes waiting work back; false when it has started. */
  withdraw(key: string, work: Work): boolean
  /** A piece of the key's work has ended. */
  done(key: string): void
  /** Everything that waits, which is then forgotten. */
  drain(): readonly Work[]
}

/** The lines in turn: a key that has been served goes to the end. */
class Lines<Work> {
  waiting = 0
  readonly #options: FairQueueOptions<Work>
  readonly #lines = new Map<string, Line<Work>>()
  #running = 0

  constructor(options: FairQueueOptions<Work>) {
    this.#options = options
  }

  of(key: string): Line<Work> | undefined {
    return this.#lines.get(key)
  }

  add(key: string, line: Line<Work>, work: Work): void {
    this.#lines.set(key, line)
    line.waiting.push(work)
    this.waiting += 1
  }

  mayStart(line: Line<Work>): boolean {
    const { capacity, perKey } = this.#options
    return this.#running < capacity && line.running < perKey && line.waiting.length === 0
  }

  /** Starts as much as there are places for. */
  start(): void {
    while (this.#startNext());
  }

  end(line: Line<Work>): void {
    this.#running -= 1
    line.running -= 1
  }

  /** The line that waits with most, when that is more than this one. */
  longerThan(line: Line<Work>): Line<Work> | undefined {
    let longest: Line<Work> | undefined
    let length = line.waiting.length + 1
    for (const other of this.#lines.values()) {
      if (other.waiting.length > length) {
        longest = other
        length = other.waiting.length
      }
    }
    return longest
  }

  tidy(key: string): void {
    const line = this.#lines.get(key)
    if (line && line.running === 0 && line.waiting.length === 0) this.#lines.delete(key)
  }

  drain(): Work[] {
    const left = [...this.#lines.values()].flatMap(line => line.waiting.splice(0))
    this.waiting = 0
    for (const key of [...this.#lines.keys()]) this.tidy(key)
    return left
  }

  #startNext(): boolean {
    const { capacity, perKey, start } = this.#options
    if (this.#running >= capacity) return false
    for (const [key, line] of this.#lines) {
      const work = line.running < perKey ? line.waiting.shift() : undefined
      if (work === undefined) continue
      this.#running += 1
      this.waiting -= 1
      line.running += 1
      this.#lines.delete(key)
      this.#lines.set(key, line)
      start(work)
      return true
    }
    return false
  }
}

/**
 * The key that waits with most gives a place to one that waits with less (longest queue drop: McKenney, Stochastic fairness
 * queueing, 1990), so that no number of full lines keeps a new one out.
 */
const makeRoom = <Work>(lines: Lines<Work>, line: Line<Work>, room: FairQueueOptions<Work>['room']): boolean => {
  if (!room || lines.waiting < room.waiting || lines.mayStart(line)) return true
  const displaced = lines.longerThan(line)?.waiting.pop()
  if (displaced === undefined) return false
  lines.waiting -= 1
  room.onDisplaced(displaced)
  return true
}

export const createFairQueue = <Work>(options: FairQueueOptions<Work>): FairQueue<Work> => {
  const { waitingPerKey, room } = options
  const lines = new Lines(options)

  return {
    push(key, work) {
      const line = lines.of(key) ?? { running: 0, waiting: [] }
      if (line.waiting.length >= waitingPerKey || !makeRoom(lines, line, room)) return 'refused'
      lines.add(key, line, work)
      lines.start()
      return line.waiting.includes(work) ? 'waits' : 'started'
    },
    withdraw(key, work) {
      const waiting = lines.of(key)?.waiting ?? []
      const at = waiting.indexOf(work)
      if (at >= 0) {
        waiting.splice(at, 1)
        lines.waiting -= 1
      }
      lines.tidy(key)
      return at >= 0
    },
    done(key) {
      const line = lines.of(key)
      if (!line) return
      lines.end(line)
      lines.start()
      lines.tidy(key)
    },
    drain: () => lines.drain(),
  }
}
