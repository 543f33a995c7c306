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
  /** Heaviest first, because the likeliest winner first makes most others lose at once; by id, to settle a tie. */
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

/** A number between 0 and 1, both excluded, as random as the hashes of subject and variation are. */
const draw = (subjectHash: number, variationHash: number): number =>
  ((fmix32(subjectHash ^ variationHash) >>> 0) + 0.5) / 2 ** 32

const score = (u: number, weight: number): number => -Math.log(u) / weight

/**
 * Hot path: bounds of a score that need no logarithm, from 2·tanh(s/2) ≤ s ≤ sinh(s) for s = −ln(u). They tell most
 * pairs of candidates apart, which saves a fifth of a decision's time with two variations and half of it with twenty.
 * Where two scores agree to 50 bits, rounding may decide between them, as it does between their logarithms.
 */
const atLeast = (u: number, weight: number): number => (2 * (1 - u)) / ((1 + u) * weight)
const atMost = (u: number, weight: number): number => ((1 - u) * (1 + u)) / (2 * u * weight)

/**
 * The outcome of a subject's variation: the one with the least −ln(u)/weight, where u in (0, 1) is drawn from subject
 * and variation. Each variation wins in proportion to its weight, and no variation's draw depends on another's, so a
 * change of weights moves only those subjects that it must (decision 0001).
 *
 * @returns `undefined` when no share has a weight
 */
export const allocate = <Outcome>({ seed, candidates }: Allocation<Outcome>, subject: string): Outcome | undefined => {
  const hash = murmur3(subject, seed)
  let winner: Candidate<Outcome> | undefined
  let winnerU = 1
  let winnerAtMost = Infinity
  for (const candidate of candidates) {
    const u = draw(hash, candidate.hash)
    if (atLeast(u, candidate.weight) >= winnerAtMost) continue
    if (
      winner !== undefined &&
      atMost(u, candidate.weight) > atLeast(winnerU, winner.weight) &&
      score(u, candidate.weight) >= score(winnerU, winner.weight)
    )
      continue
    winner = candidate
    winnerU = u
    winnerAtMost = atMost(u, candidate.weight)
  }
  return winner?.outcome
}
