/** `percentage`: the subject is hashed into a variation in proportion to the weights, or to the ramp's level. */

import { allocate, compileAllocation, type Share } from '../allocation/allocation.ts'
import { rampLevel, rampWeights } from '../allocation/ramp.ts'
import { type Outcome, toOutcome, toUnassigned } from '../snapshot/decision.ts'
import { toLookup } from '../snapshot/lookup.ts'
import type { ExperimentData } from '../snapshot/snapshot.ts'
import { SUBJECTS, type Subjects } from '../snapshot/subject.ts'
import type { Choose, Strategy, StrategyInput } from './strategy.ts'

const NOTHING_ALLOCATED = toUnassigned('nothing_allocated')
const SUBJECT_UNKNOWN = toUnassigned('subject_unknown')
const NO_SEGMENTS = toLookup<never>([])
const NOBODY: Subjects = {}

const currentWeights = (experiment: ExperimentData): readonly number[] => {
  const level = rampLevel(experiment)
  if (level !== undefined) return rampWeights(experiment.allocations, level)
  return experiment.allocations.map(({ weight }) => weight ?? 0)
}

/** One share per variation: allocations of the same variation count as one of their summed weight. */
const toShares = ({ experiment, assign }: StrategyInput): readonly Share<Outcome>[] => {
  const weights = currentWeights(experiment)
  const shares = new Map<string, Share<Outcome>>()
  for (const [i, { variation_id, is_control }] of experiment.allocations.entries()) {
    const weight = weights[i] ?? 0
    const earlier = shares.get(variation_id)
    const assignment = assign(variation_id, { is_control })
    if (assignment === undefined) continue
    const outcome = earlier?.outcome ?? toOutcome('percentage', assignment)
    shares.set(variation_id, { variation_id, weight: (earlier?.weight ?? 0) + weight, outcome })
  }
  return [...shares.values()]
}

export const percentage: Strategy = {
  doc: 'Each subject is hashed into a variation, in proportion to the weights; the same subject always into the same.',
  compile: input => {
    const allocation = compileAllocation(input.experiment.id, toShares(input))
    const { read } = SUBJECTS[input.experiment.subject]
    const choose: Choose = ({ subjects }) => {
      const subject = read(subjects ?? NOBODY)
      if (typeof subject !== 'string' || subject === '') return SUBJECT_UNKNOWN
      return allocate(allocation, subject) ?? NOTHING_ALLOCATED
    }
    return { choose, forcedSegments: NO_SEGMENTS }
  },
}
