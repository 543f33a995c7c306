/** Places for work, shared among keys: a key that waits with few gets the next place before one that floods. */

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

export const createFairQueue = <Work>({
  capacity,
  perKey,
  waitingPerKey,
  start,
  room,
}: FairQueueOptions<Work>): FairQueue<Work> => {
  /** In turn: a key that has been served goes to the end. */
  const lines = new Map<string, Line<Work>>()
  let running = 0
  let waiting = 0

  const begin = (key: string, line: Line<Work>, work: Work): void => {
    running += 1
    waiting -= 1
    line.running += 1
    lines.delete(key)
    lines.set(key, line)
    start(work)
  }
  const next = (): boolean => {
    if (running >= capacity) return false
    for (const [key, line] of lines) {
      const work = line.running < perKey ? line.waiting.shift() : undefined
      if (work === undefined) continue
      begin(key, line, work)
      return true
    }
    return false
  }
  const tidy = (key: string): void => {
    const line = lines.get(key)
    if (line && line.running === 0 && line.waiting.length === 0) lines.delete(key)
  }

  const mayStart = (line: Line<Work>): boolean =>
    running < capacity && line.running < perKey && line.waiting.length === 0

  /**
   * The key that waits with most gives a place to one that waits with less (longest queue drop: McKenney, Stochastic fairness
   * queueing, 1990), so that no number of full lines keeps a new one out.
   */
  const makeRoom = (line: Line<Work>): boolean => {
    if (!room || waiting < room.waiting || mayStart(line)) return true
    let longest = { waiting: line.waiting, length: line.waiting.length + 1 }
    for (const { waiting: others } of lines.values()) {
      if (others.length > longest.length) longest = { waiting: others, length: others.length }
    }
    const displaced = longest.waiting === line.waiting ? undefined : longest.waiting.pop()
    if (displaced === undefined) return false
    waiting -= 1
    room.onDisplaced(displaced)
    return true
  }

  return {
    push(key, work) {
      const line = lines.get(key) ?? { running: 0, waiting: [] }
      if (line.waiting.length >= waitingPerKey || !makeRoom(line)) return 'refused'
      lines.set(key, line)
      line.waiting.push(work)
      waiting += 1
      next()
      return line.waiting.includes(work) ? 'waits' : 'started'
    },
    withdraw(key, work) {
      const ours = lines.get(key)?.waiting ?? []
      const at = ours.indexOf(work)
      if (at >= 0) {
        ours.splice(at, 1)
        waiting -= 1
      }
      tidy(key)
      return at >= 0
    },
    done(key) {
      const line = lines.get(key)
      if (!line) return
      running -= 1
      line.running -= 1
      while (next());
      tidy(key)
    },
    drain() {
      const left = [...lines.values()].flatMap(line => line.waiting.splice(0))
      waiting = 0
      for (const key of [...lines.keys()]) tidy(key)
      return left
    },
  }
}
