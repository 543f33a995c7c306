/** Remembers which programs got out of hand, so that their next calls do it where they disturb no others. */

export interface Strikes {
  /** An isolate was stopped for its memory, or would not stop. */
  addSevere(program: number, now: number): void
  /** A call used up its processor time or held up its child: that happens to the honest too, so it takes several. */
  addSlow(program: number, now: number): void
  isApart(program: number, now: number): boolean
}

const APART_MS = 60_000
const SLOW_CALLS = 3
const MAX_PROGRAMS = 1000

interface Record {
  until: number
  slow: readonly number[]
}

/** Bounded: the program that was struck first is forgotten first. */
export const createStrikes = (): Strikes => {
  const records = new Map<number, Record>()
  const recordOf = (program: number): Record => {
    const record = records.get(program) ?? { until: 0, slow: [] }
    records.delete(program)
    records.set(program, record)
    const [oldest] = records.keys()
    if (records.size > MAX_PROGRAMS && oldest !== undefined) records.delete(oldest)
    return record
  }
  return {
    addSevere(program, now) {
      recordOf(program).until = now + APART_MS
    },
    addSlow(program, now) {
      const record = recordOf(program)
      record.slow = [...record.slow.filter(at => at > now - APART_MS), now].slice(-SLOW_CALLS)
      if (record.slow.length >= SLOW_CALLS) record.until = now + APART_MS
    },
    isApart: (program, now) => (records.get(program)?.until ?? 0) > now,
  }
}
