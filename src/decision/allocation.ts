/** Weighted rendezvous hashing: which variation a subject belongs to, as a pure function of ids and weights. */

import { fmix32, murmur3 } from './hash.ts'

/** One variation's part of an experiment; weights are relative, they need not add up to 100. */
export interface Share<Outcome> {
  readonly variation_id: string
  readonly weight: number
  /** What a subject of this variation is given. */
  readonly outcome: Outcome
}

interface Candidate<Outcome> {
  readonly hash: number
  readonly weight: number
  readonly outcome: Outcome
}

/** An experiment's shares with everything hashed that does not depend on the subject. */
export interface Allocation<Outcome> {
  readonly seed: number
  /** Heaviest first, then by id: the order is the tie rule of {@link allocate} and lets it skip most logarithms. */
  readonly candidates: readonly Candidate<Outcome>[]
}

const isDrawable = ({ weight }: { readonly weight: number }): boolean => weight > 0 && weight < Infinity

const byWeightThenId = (a: Share<unknown>, b: Share<unknown>): number =>
  b.weight - a.weight || (a.variation_id < b.variation_id ? -1 : 1)

/** Hashes an experiment's shares once. A weight that is zero, negative or not finite takes no part. */
export const compileAllocation = <Outcome>(
  experimentId: string,
  shares: readonly Share<Outcome>[],
): Allocation<Outcome> => {
  const seed = murmur3(experimentId, 0)
  const drawable = shares.filter(isDrawable).toSorted(byWeightThenId)
  const candidates = drawable.map(({ variation_id, weight, outcome }) => ({
    hash: murmur3(variation_id, seed),
    weight,
    outcome,
  }))
  return { seed, candidates }
}

/**
 * The outcome of a subject's variation: the one with the least −ln(u)/weight, where u in (0, 1) is drawn from subject
 * and variation. Each variation wins in proportion to its weight, and no variation's draw depends on another's, so a
 * change of weights moves only those subjects that it must (decision 0001).
 *
 * @returns `undefined` when no share has a weight
 */
export const allocate = <Outcome>({ seed, candidates }: Allocation<Outcome>, subject: string): Outcome | undefined => {
  const hash = murmur3(subject, seed)
  let least = Infinity
  let outcome: Outcome | undefined
  for (const candidate of candidates) {
    const u = ((fmix32(hash ^ candidate.hash) >>> 0) + 0.5) / 2 ** 32
    // Hot path: −ln(u) exceeds 1 − u by a relative 2^-34 or more, far beyond rounding, so a candidate that already
    // loses with 1 − u loses for certain; after the heaviest one this saves most of the logarithms.
    if (1 - u >= least * candidate.weight) continue
    const score = -Math.log(u) / candidate.weight
    if (score < least) {
      least = score
      outcome = candidate.outcome
    }
  }
  return outcome
}
