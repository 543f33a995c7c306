/** What a change of an experiment's fields leads to. */

import type { Allocation, AllocationInput } from './allocation.ts'
import type { Experiment, ExperimentChange } from './experiment.ts'
import { type ExperimentSurroundings, requireStorable, validate } from './experiment-checks.ts'
import { requireEditable } from './experiment-editability.ts'
import { carryCopies, freezeRun } from './experiment-freeze.ts'

/** An allocation as it is written, without copies. */
export const toAllocation = (input: AllocationInput): Allocation => ({
  ...input,
  variation_snapshot: null,
  ...(input.segment_id !== undefined && { segment_snapshot: null }),
})

/** Absent keeps what is there, null takes it away. */
const changed = <Key extends 'description' | 'default_config' | 'levels'>(
  key: Key,
  experiment: Experiment,
  change: ExperimentChange,
): Partial<Pick<Experiment, Key>> => {
  const value = change[key] === undefined ? experiment[key] : change[key]
  return value === undefined || value === null ? {} : ({ [key]: value } as Pick<Experiment, Key>) // the one key
}

/** The allocations after a change. Those of a run keep its copies, and what they bring into the run is copied at once. */
const changedAllocations = (
  experiment: Experiment,
  { allocations }: ExperimentChange,
  surroundings: ExperimentSurroundings,
): Allocation[] => {
  if (allocations === undefined) return experiment.allocations
  const written = allocations.map(toAllocation)
  if (experiment.started_at === undefined) return written
  return freezeRun({ ...experiment, allocations: carryCopies(experiment.allocations, written) }, surroundings)
    .allocations
}

/**
 * Applies the fields of a change, its status aside; `is_valid` is calculated anew.
 *
 * @param surroundings of the experiment as it will be: with the segments that the new allocations name
 * @throws what `requireEditable` and `requireStorable` refuse
 */
export const editExperiment = (
  experiment: Experiment,
  change: ExperimentChange,
  surroundings: ExperimentSurroundings,
): Experiment => {
  requireEditable(experiment, Object.keys(change))
  const { description: _, default_config: __, levels: ___, current_level: ____, ...rest } = experiment
  const { name = rest.name, authentication_flow = rest.authentication_flow } = change
  const { assignment_config = rest.assignment_config } = change
  const edited: Experiment = {
    ...rest,
    ...changed('description', experiment, change),
    ...changed('default_config', experiment, change),
    ...changed('levels', experiment, change),
    ...(experiment.current_level !== undefined && { current_level: experiment.current_level }),
    name,
    authentication_flow,
    assignment_config,
    allocations: changedAllocations(experiment, change, surroundings),
  }
  // What is stored already may rest on a segment that was archived since; only what is written now is refused for it.
  requireStorable({ ...edited, allocations: change.allocations ?? [] }, surroundings)
  return { ...edited, is_valid: validate(edited, surroundings).is_valid }
}
