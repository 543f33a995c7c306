/** What a change of an experiment's status does besides. */

import { apiError } from './error-codes.ts'
import { EXPERIMENT_TRANSITIONS, type Experiment, type ExperimentStatus } from './experiment.ts'
import { type ExperimentSurroundings, requireReady, validate } from './experiment-checks.ts'
import { freezeRun } from './experiment-freeze.ts'
import { requireTransition } from './status-machine.ts'

type Effect = (experiment: Experiment, surroundings: ExperimentSurroundings, now: string) => Partial<Experiment>

const activate: Effect = (experiment, surroundings, now) => {
  requireReady(experiment, surroundings)
  const { levels, current_level, started_at = now } = experiment
  return {
    started_at,
    ...(levels && { current_level: current_level ?? levels[0] ?? null }),
    ...freezeRun(experiment, surroundings),
  }
}

const EFFECTS: Readonly<Record<ExperimentStatus, Effect>> = {
  draft: () => ({}),
  active: activate,
  paused: () => ({}),
  completed: (_experiment, _surroundings, now) => ({ ended_at: now }),
  archived: () => ({}),
}

/**
 * Brings an experiment into another status.
 *
 * @param now ISO 8601: `started_at` of the first activation, `ended_at` of the completion
 * @returns the experiment as it shall be stored; the same object when it has the status already
 * @throws `invalid_status_transition`; for an activation the first code of its checks, with all problems in `errors`
 */
export const transitionExperiment = (
  experiment: Experiment,
  status: ExperimentStatus,
  surroundings: ExperimentSurroundings,
  now: string,
): Experiment => {
  requireTransition('experiment', EXPERIMENT_TRANSITIONS, experiment.status, status)
  if (status === experiment.status) return experiment
  const { is_valid } = validate(experiment, surroundings)
  return { ...experiment, status, is_valid, ...EFFECTS[status](experiment, surroundings, now) }
}

/** @throws `experiment_active` */
export const requireDeletable = ({ id, status }: Pick<Experiment, 'id' | 'status'>): void => {
  if (status === 'active') {
    throw apiError('experiment_active', `The experiment ${id} is active; pause or complete it before deleting it.`)
  }
}
