/** Turning a tenant's data into the frozen snapshot that decisions are made from. */

import { createAssign } from './snapshot/assignment.ts'
import { type Decision, toDecision } from './snapshot/decision.ts'
import { AUTHENTICATION_FLOWS, type AuthenticationFlow, type Flow } from './snapshot/flow.ts'
import { deepFreeze } from './snapshot/freeze.ts'
import { type Lookup, toLookup } from './snapshot/lookup.ts'
import type { ExperimentData, SegmentData, SnapshotData } from './snapshot/snapshot.ts'
import { STRATEGIES } from './strategies/index.ts'
import type { Plan, StrategyInput } from './strategies/strategy.ts'
import { compileSegment } from './targeting/segment.ts'

export interface CompiledExperiment extends Plan {
  readonly id: string
  readonly authentication_flow: AuthenticationFlow
  /** What forcing each variation of the flag leads to, by the variation's id. */
  readonly forcedVariations: Lookup<Decision>
}

/** A tenant's experiments, ready to decide from; deeply frozen. Only `decide` looks inside. */
export interface Snapshot {
  readonly version: number
  /** The active experiment that decides each flow, by the flow. */
  readonly active: { readonly [Name in Flow]: CompiledExperiment | undefined }
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
  const { id, authentication_flow } = experiment
  return { id, authentication_flow, choose, forcedSegments, forcedVariations: forceVariations(input) }
}

const activeByFlow = ({ experiments }: SnapshotData, compiled: Lookup<CompiledExperiment>): Snapshot['active'] => {
  const active = experiments.filter(({ status }) => status === 'active')
  const ofFlow = (flow: Flow): CompiledExperiment | undefined => {
    const found = active.find(({ authentication_flow: of }) => AUTHENTICATION_FLOWS[of].decides.includes(flow))
    return found && compiled[found.id]
  }
  // Hot path: fixed properties, for the reason given at the attributes.
  return {
    login: ofFlow('login'),
    signup: ofFlow('signup'),
    mfa_enrollment: ofFlow('mfa_enrollment'),
    mfa_challenge: ofFlow('mfa_challenge'),
    passkey_enrollment: ofFlow('passkey_enrollment'),
    password_reset: ofFlow('password_reset'),
  }
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
  return deepFreeze({ version: data.version, active: activeByFlow(data, experiments), experiments })
}
