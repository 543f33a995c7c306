/** The checks of an experiment: those that every write must pass, and those that an activation must pass besides. */

import { areExclusive } from '../decision/snapshot/flow.ts'
import type { Allocation, AllocationInput } from './allocation.ts'
import { type FlowWord, flowOf } from './authentication-flow.ts'
import { apiError, type ErrorCode } from './error-codes.ts'
import type { Experiment, ExperimentValidity } from './experiment.ts'
import type { ActiveLimit } from './experimentation-settings.ts'
import type { FeatureFlag } from './feature-flag.ts'
import type { Segment } from './segment.ts'
import type { Variation } from './variation.ts'

/** The part of an experiment that is checked. */
export type CheckedExperiment = Pick<
  Experiment,
  'feature_flag_id' | 'authentication_flow' | 'allocation_strategy' | 'default_config' | 'levels'
> & { readonly allocations: readonly (Allocation | AllocationInput)[] }

/** What an experiment is checked against. */
export interface ExperimentSurroundings {
  /** Absent once the flag of an archived experiment is deleted. */
  readonly flag: FeatureFlag | undefined
  /** All variations of the flag. */
  readonly variations: readonly Variation[]
  /** Those that the allocations name, as far as they exist. */
  readonly segments: readonly Segment[]
  /** The other experiments of the tenant that are active. */
  readonly activeOthers: readonly { readonly id: string; readonly authentication_flow: FlowWord }[]
  readonly activeLimit: ActiveLimit
}

interface Check {
  readonly code: ErrorCode
  /** A write that fails the check is refused; otherwise only the activation is. */
  readonly atWrite?: true
  /** The problems found, as sentences that name ids and say what to do. */
  readonly find: (experiment: CheckedExperiment, surroundings: ExperimentSurroundings) => readonly string[]
}

const repeated = <T>(items: readonly T[]): T[] => [...new Set(items.filter((item, at) => items.indexOf(item) !== at))]

const isRamp = ({ levels }: CheckedExperiment): boolean => levels !== undefined

/** Sums of hundredths as whole numbers, because 0.1 + 0.2 is not 0.3. */
const sumOfWeights = (allocations: CheckedExperiment['allocations']): number =>
  allocations.reduce((sum, { weight = 0 }) => sum + Math.round(weight * 100), 0) / 100

const when = (condition: boolean, ...sentences: string[]): readonly string[] => (condition ? sentences : [])

const rampProblems = ({ allocation_strategy, allocations }: CheckedExperiment): readonly string[] => {
  if (allocation_strategy !== 'percentage') return ['Levels need the percentage strategy; remove them.']
  if (allocations.length === 0) return []
  const treatments = allocations.filter(({ is_control }) => !is_control)
  if (treatments.length === 0) return ['A ramp needs at least one allocation that is not the control.']
  const isWeighted = treatments.some(({ weight }) => weight !== undefined)
  return when(
    isWeighted && sumOfWeights(treatments) === 0,
    'The treatments of a ramp have no weight; give one a weight.',
  )
}

const weightProblems = (experiment: CheckedExperiment): readonly string[] => {
  const { allocation_strategy, allocations } = experiment
  if (allocation_strategy !== 'percentage' || isRamp(experiment) || allocations.length === 0) return []
  const sum = sumOfWeights(allocations)
  return [
    ...allocations
      .filter(({ weight }) => weight === undefined)
      .map(({ variation_id }) => `The allocation of ${variation_id} has no weight; give it one, 0 included.`),
    ...when(sum !== 100, `The weights total ${sum}; they must total 100.`),
  ]
}

const segmentAllocationProblems = ({ allocation_strategy, allocations }: CheckedExperiment): readonly string[] => {
  if (allocation_strategy !== 'segment') return []
  const targeted = allocations.filter(({ is_fallback }) => !is_fallback)
  const incomplete = targeted.filter(({ segment_id, priority }) => segment_id === undefined || priority === undefined)
  return [
    ...incomplete.map(({ variation_id }) => `The allocation of ${variation_id} needs a segment_id and a priority.`),
    ...repeated(targeted.flatMap(({ priority }) => priority ?? [])).map(
      priority => `More than one allocation has the priority ${priority}; each needs its own.`,
    ),
  ]
}

/** The server has no page that begins these flows, so that an experiment of theirs would assign no subject. */
const MISSING_FLOWS: Readonly<Partial<Record<FlowWord, string>>> = { password_reset: 'password resets' }

const flowProblems = ({ authentication_flow: flow }: CheckedExperiment): readonly string[] => {
  const missing = MISSING_FLOWS[flow]
  return when(
    missing !== undefined,
    `This server has no ${missing} yet, so no experiment of the flow ${flow} can be active; choose another flow.`,
  )
}

/** Each limit's sentence about another active experiment; undefined for one that is no obstacle. */
const OBSTACLES: Readonly<
  Record<ActiveLimit, (flow: FlowWord, other: ExperimentSurroundings['activeOthers'][number]) => string | undefined>
> = {
  one: (_, { id }) => `The experiment ${id} is active, and only one may be; pause or complete it first.`,
  one_per_flow: (flow, { id, authentication_flow: other }) =>
    areExclusive(flowOf(flow), flowOf(other))
      ? `The experiment ${id} of the flow ${other} is active, and excludes one of the flow ${flow}; pause or complete it first.`
      : undefined,
}

const single = (count: number, name: string): readonly string[] =>
  when(count !== 1, `${count} allocations are marked ${name}; mark exactly one.`)

/** In the order in which they are reported; the first one that fails names the refusal. */
export const EXPERIMENT_CHECKS: readonly Check[] = [
  {
    code: 'default_config_not_supported',
    atWrite: true,
    find: ({ default_config, feature_flag_id }, { flag }) =>
      when(
        default_config !== undefined && flag?.type !== 'auth0',
        `The feature flag ${feature_flag_id} is not managed, so default_config has no meaning; leave it out.`,
      ),
  },
  {
    code: 'variation_not_from_flag',
    atWrite: true,
    find: ({ allocations, feature_flag_id }, { variations }) =>
      allocations
        .filter(({ variation_id }) => !variations.some(({ id }) => id === variation_id))
        .map(({ variation_id }) => `The variation ${variation_id} is none of the feature flag ${feature_flag_id}.`),
  },
  {
    code: 'allocation_unknown_segment',
    atWrite: true,
    find: ({ allocations }, { segments }) =>
      allocations
        .flatMap(({ segment_id }) => segment_id ?? [])
        .filter(segmentId => !segments.some(({ id }) => id === segmentId))
        .map(segmentId => `There is no segment ${segmentId}.`),
  },
  {
    code: 'segment_archived',
    atWrite: true,
    find: (_, { segments }) =>
      segments
        .filter(({ status }) => status === 'archived')
        .map(({ id }) => `The segment ${id} is archived; allocate by another one.`),
  },
  { code: 'experiment_flow_not_available', find: flowProblems },
  {
    code: 'feature_flag_not_active',
    find: ({ feature_flag_id }, { flag }) =>
      when(
        flag?.status !== 'active',
        `The feature flag ${feature_flag_id} is ${flag?.status ?? 'gone'}; activate it first.`,
      ),
  },
  {
    code: 'experiment_missing_allocations',
    find: ({ allocations }) => when(allocations.length === 0, 'The experiment has no allocation; add at least one.'),
  },
  {
    code: 'allocation_duplicate_variation',
    find: ({ allocation_strategy, allocations }) =>
      allocation_strategy === 'percentage'
        ? repeated(allocations.map(({ variation_id }) => variation_id)).map(
            id => `The variation ${id} is allocated more than once; merge its allocations.`,
          )
        : [],
  },
  {
    code: 'experiment_missing_control',
    find: ({ allocations }) =>
      allocations.length === 0 ? [] : single(allocations.filter(({ is_control }) => is_control).length, 'is_control'),
  },
  { code: 'experiment_invalid_allocation_weights', find: weightProblems },
  { code: 'experiment_invalid_ramp', find: experiment => (isRamp(experiment) ? rampProblems(experiment) : []) },
  { code: 'experiment_invalid_segment_allocation', find: segmentAllocationProblems },
  {
    code: 'experiment_missing_default',
    find: ({ allocation_strategy, allocations }) =>
      allocation_strategy === 'segment' && allocations.length > 0
        ? single(allocations.filter(({ is_fallback }) => is_fallback).length, 'is_fallback')
        : [],
  },
  {
    code: 'experiment_active_limit_exceeded',
    find: ({ authentication_flow: flow }, { activeOthers, activeLimit }) =>
      activeOthers.flatMap(other => OBSTACLES[activeLimit](flow, other) ?? []),
  },
]

const problemsOf = (
  checks: readonly Check[],
  experiment: CheckedExperiment,
  surroundings: ExperimentSurroundings,
): ExperimentValidity['errors'] =>
  checks.flatMap(({ code, find }) => find(experiment, surroundings).map(message => ({ code, message })))

/** Runs every check: what validation answers and what an activation asks. */
export const validate = (experiment: CheckedExperiment, surroundings: ExperimentSurroundings): ExperimentValidity => {
  const errors = problemsOf(EXPERIMENT_CHECKS, experiment, surroundings)
  return { is_valid: errors.length === 0, errors }
}

const requireNone = (checks: readonly Check[], experiment: CheckedExperiment, around: ExperimentSurroundings): void => {
  const failed = checks.find(({ find }) => find(experiment, around).length > 0)
  if (!failed) return
  const errors = problemsOf(checks, experiment, around)
  throw apiError(failed.code, errors.map(({ message }) => message).join(' '), { errors })
}

/** Refuses what may not even be stored. @throws the first code, with all problems in `errors` */
export const requireStorable = (experiment: CheckedExperiment, surroundings: ExperimentSurroundings): void =>
  requireNone(
    EXPERIMENT_CHECKS.filter(({ atWrite }) => atWrite),
    experiment,
    surroundings,
  )

/** Refuses an activation. @throws the first code, with all problems in `errors` */
export const requireReady = (experiment: CheckedExperiment, surroundings: ExperimentSurroundings): void =>
  requireNone(EXPERIMENT_CHECKS, experiment, surroundings)
