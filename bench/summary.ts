/** Medians and their spread, for benchmarks that compare blocks of one run. */

/** The middle value. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** Half the distance between the quartiles, in percent of the median: the noise to read a ratio against. */
export const spreadPercent = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const quartile = (part: number): number => sorted[Math.round((sorted.length - 1) * part)] ?? Number.NaN
  return (50 * (quartile(0.75) - quartile(0.25))) / median(values)
}

/** One line: what was measured, the figure, the bound, and whether it holds. */
export const verdict = (what: string, figure: string, bound: string, holds: boolean): string =>
  `${holds ? 'ok  ' : 'MISS'}  ${what.padEnd(58)} ${figure.padStart(24)}   (aim: ${bound})`
