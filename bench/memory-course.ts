/** The memory of this process in the course of a long work: printed now and then, and judged at the end. */

import { verdict } from './summary.ts'

/** What counts as flat: the second half's highest is at most so much above the first half's. */
const FLAT = { share: 0.1, megabytes: 20 } as const

interface Sample {
  readonly done: number
  readonly heap: number
  readonly rss: number
}

export interface MemoryCourse {
  /** Looks at the memory. @param done how much of the work is done */
  note(done: number): void
  /** Prints the verdicts. */
  judge(): void
}

const highest = (samples: readonly Sample[], kind: 'heap' | 'rss'): number =>
  Math.max(...samples.map(sample => sample[kind]))

const megabytes = (value: number): string => `${value.toFixed(0)} MB`

/** @param total how much work there is  @param step after how much of it a line is printed */
export const createMemoryCourse = (total: number, step: number): MemoryCourse => {
  const samples: Sample[] = []
  let printed = 0
  return {
    note(done) {
      const { heapUsed, rss } = process.memoryUsage()
      samples.push({ done, heap: heapUsed / 1e6, rss: rss / 1e6 })
      if (done < printed + step) return
      printed = done - (done % step)
      const since = samples.filter(sample => sample.done > printed - step)
      const line = `heap ${megabytes(highest(since, 'heap')).padStart(7)}   rss ${megabytes(highest(since, 'rss')).padStart(7)}`
      console.log(`      ${printed.toLocaleString('en').padStart(10)} events   ${line}`)
    },
    judge() {
      for (const kind of ['heap', 'rss'] as const) {
        const first = highest(
          samples.filter(({ done }) => done <= total / 2),
          kind,
        )
        const second = highest(
          samples.filter(({ done }) => done > total / 2),
          kind,
        )
        const bound = Math.max(first * (1 + FLAT.share), first + FLAT.megabytes)
        const figure = `${megabytes(first)} → ${megabytes(second)}`
        console.log(verdict(`${kind}, first half → second half`, figure, `≤ ${megabytes(bound)}`, second <= bound))
      }
    },
  }
}
