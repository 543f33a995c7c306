/** Turning a tenant's data into the frozen snapshot that decisions are made from. */

import { createAssign } from './assignment.ts'
import { type Decision, toDecision } from './decision.ts'
import { deepFreeze } from './freeze.ts'
import { type Lookup, toLookup } from './lookup.ts'
import { compileSegment } from './segment.ts'
import type { ExperimentData, SegmentData, SnapshotData } from './snapshot.ts'
import { STRATEGIES } from './strategies/index.ts'
import type { Plan, StrategyInput } from './strategies/strategy.ts'

export interface CompiledExperiment extends Plan {
  readonly id: string
  /** What forcing each variation of the flag leads to, by the variation's id. */
  readonly forcedVariations: Lookup<Decision>
}

/**
 * A tenant's experiments, ready to decide from; deeply frozen. Only `decide` looks inside, so that several active
 * experiments would change this file and that one, and none of their callers.
 */
export interface Snapshot {
  readonly version: number
  readonly active: CompiledExperiment | undefined
  readonly experiments: Lookup<CompiledExperiment>
}

const forceVariations = ({ experiment, assign }: StrategyInput): Lookup<Decision> => {
  const controls = new Set(
    experiment.allocations.filter(({ is_control }) => is_control).map(({ variation_id }) => variation_id),
  )
  return toLookup(
    experiment.variations.map(({ id }) => [
      id,
      toDecision('forced_variation', assign(id, { is_control: controls.has(id) })),
    ]),
  )
}

const compileSegments = (segments: readonly SegmentData[]) =>
  segments.map(segment => [segment.id, compileSegment(segment)] as const)

const compileExperiment = (experiment: ExperimentData, tenant: StrategyInput['segments']): CompiledExperiment => {
  const segments = experiment.segments ? new Map([...tenant, ...compileSegments(experiment.segments)]) : tenant
  const input = { experiment, assign: createAssign(experiment), segments }
  const { choose, forcedSegments } = STRATEGIES[experiment.allocation_strategy].compile(input)
  return { id: experiment.id, choose, forcedSegments, forcedVariations: forceVariations(input) }
}

/**
 * Compiles a tenant's data: conditions become closures, ids are hashed, and each variation's configuration is merged
 * once. What is kept of the data is copied, so the data itself is neither frozen nor changed.
 */
export const compile = (data: SnapshotData): Snapshot => {
  const segments = new Map(compileSegments(data.segments))
  const experiments = toLookup(
    data.experiments.map(experiment => [experiment.id, compileExperiment(experiment, segments)]),
  )
  const active = data.experiments.find(({ status }) => status === 'active')
  return deepFreeze({ version: data.version, active: active && experiments[active.id], experiments })
}
