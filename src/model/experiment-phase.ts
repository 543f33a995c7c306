/** Phases of a run: what an analysis may not add up without care. */

import { jsonEquals } from '../base/json.ts'
import type { Allocation } from './allocation.ts'
import type { Experiment } from './experiment.ts'
import { servesOtherCopies } from './experiment-freeze.ts'

/** What begins a phase. A pause and a resumption begin none: the same subjects go on with the same variations. */
export const PHASE_CAUSES = ['activation', 'allocations', 'subject', 'level', 'refresh'] as const

export type PhaseCause = (typeof PHASE_CAUSES)[number]

/** An allocation without its copies and names: what the traffic was divided by. */
export const sharesOf = (allocations: readonly Allocation[]): readonly object[] =>
  allocations.map(({ variation_id, is_control, weight, segment_id, priority, is_fallback }) => ({
    variation_id,
    is_control,
    ...(weight !== undefined && { weight }),
    ...(segment_id !== undefined && { segment_id }),
    ...(priority !== undefined && { priority }),
    ...(is_fallback !== undefined && { is_fallback }),
  }))

/** In one order, because none of it matters to a decision. */
const inOneOrder = (allocations: readonly Allocation[]): readonly string[] =>
  sharesOf(allocations)
    .map(share => JSON.stringify(share))
    .toSorted()

/** Why a change of an experiment begins a phase; undefined when it begins none. The number rises by one with each. */
export const phaseCause = (before: Experiment, after: Experiment): PhaseCause | undefined => {
  if (after.started_at === undefined) return undefined
  if (before.started_at === undefined) return 'activation'
  if (!jsonEquals(inOneOrder(before.allocations), inOneOrder(after.allocations))) return 'allocations'
  if (before.assignment_config.subject !== after.assignment_config.subject) return 'subject'
  if ((before.current_level ?? null) !== (after.current_level ?? null)) return 'level'
  return servesOtherCopies(before, after) ? 'refresh' : undefined
}
