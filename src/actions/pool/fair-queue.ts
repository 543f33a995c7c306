/** Places for work, shared among keys: whoever has waited with few gets the next place before whoever floods. */

export interface FairQueueOptions<Work> {
  /** Work under way at once. */
  readonly capacity: number
  /** Of these, at most so many for one key. */
  readonly perKey: number
  /** Work of one key that may wait. */
  readonly waitingPerKey: number
  readonly start: (work: Work) => void
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
}: FairQueueOptions<Work>): FairQueue<Work> => {
  /** In turn: a key that has been served goes to the end. */
  const lines = new Map<string, Line<Work>>()
  let running = 0

  const begin = (key: string, line: Line<Work>, work: Work): void => {
    running += 1
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

  return {
    push(key, work) {
      const line = lines.get(key) ?? { running: 0, waiting: [] }
      if (line.waiting.length >= waitingPerKey) return 'refused'
      lines.set(key, line)
      line.waiting.push(work)
      next()
      return line.waiting.includes(work) ? 'waits' : 'started'
    },
    withdraw(key, work) {
      const waiting = lines.get(key)?.waiting ?? []
      const at = waiting.indexOf(work)
      if (at >= 0) waiting.splice(at, 1)
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
      for (const key of [...lines.keys()]) tidy(key)
      return left
    },
  }
}
