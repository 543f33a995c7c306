/** Ramps: the exposure of the treatments rises level by level, and no subject that was treated is ever taken back. */

import type { AllocationData, ExperimentData } from '../snapshot/snapshot.ts'

/** The level in force in percent, or the first one when none is yet; `undefined` for an experiment without a ramp. */
export const rampLevel = ({
  levels,
  current_level,
}: Pick<ExperimentData, 'levels' | 'current_level'>): number | undefined => {
  const [first] = levels ?? []
  return first === undefined ? undefined : Math.min(100, Math.max(0, current_level ?? first))
}

/** Relative sizes of the treatments: their weights, or all the same where none states one. */
const treatmentSize = (allocations: readonly AllocationData[]): ((allocation: AllocationData) => number) => {
  const isStated = allocations.some(({ is_control, weight }) => !is_control && weight !== undefined)
  return ({ is_control, weight = 0 }) => (is_control ? 0 : isStated ? Math.max(0, weight) : 1)
}

/**
 * The weights at a level: the control keeps `100 − level`, not its own weight, and the treatments divide
 * `level` in proportion to theirs. Raising the level multiplies every treatment by one factor and lowers the control,
 * and rendezvous hashing then leaves each treated subject in its variation: the ramp is monotone.
 *
 * @returns one weight per allocation; all zero when there is no control that could hold the unexposed
 */
export const rampWeights = (allocations: readonly AllocationData[], level: number): readonly number[] => {
  const controls = allocations.filter(({ is_control }) => is_control).length
  if (controls === 0) return allocations.map(() => 0)
  const sizeOf = treatmentSize(allocations)
  const total = allocations.reduce((sum, allocation) => sum + sizeOf(allocation), 0)
  return allocations.map(allocation => {
    if (allocation.is_control) return (100 - level) / controls
    return total > 0 ? (sizeOf(allocation) * level) / total : 0
  })
}
