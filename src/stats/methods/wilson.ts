/** The Wilson score interval of one proportion. */

export interface Interval {
  readonly lower: number
  readonly upper: number
}

/** Two-sided standard normal quantile of 95 %. */
export const Z_95 = 1.959963984540054

/**
 * Confidence interval of a proportion; unlike the normal approximation it stays inside [0, 1] and keeps its
 * coverage for small counts (Wilson 1927; Newcombe, Statistics in Medicine 17:857, 1998, method 3).
 *
 * @param successes how many of the trials succeeded, 0 to `trials`
 * @param trials number of independent trials; with none the interval is [0, 1]
 * @param z standard normal quantile of the wanted coverage
 */
export const wilsonInterval = (successes: number, trials: number, z: number = Z_95): Interval => {
  if (trials === 0) return { lower: 0, upper: 1 }
  const share = successes / trials
  const square = z * z
  const centre = share + square / (2 * trials)
  const half = z * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials * trials))
  const scale = 1 + square / trials
  return { lower: Math.max(0, (centre - half) / scale), upper: Math.min(1, (centre + half) / scale) }
}
