/** Steps in the life of an experiment: validation, changes of status, and the levels of its ramp. */

import type { Experiment, ExperimentStatus, ExperimentValidity } from '../../model/experiment.ts'
import { validate } from '../../model/experiment-checks.ts'
import { type ExperimentWarning, refreshRun, runWarnings } from '../../model/experiment-freeze.ts'
import { transitionExperiment } from '../../model/experiment-transition.ts'
import { advanceRamp, type RampAdvance } from '../../model/ramp.ts'
import type { ConfigurationWrite } from '../database/configuration-write.ts'
import { saveExperiment } from './experiment-save.ts'
import { loadExperiment } from './experiment-store.ts'
import { loadSurroundings } from './experiment-surroundings.ts'

/** What became of a change of status. */
export interface StatusChange {
  readonly experiment: Experiment
  /** False when the experiment had the status already. */
  readonly isChanged: boolean
  /** What a run that goes on, or could, does not serve. */
  readonly warnings: readonly ExperimentWarning[]
}

/** The statuses in which it still matters what a run serves. */
const RUNNING: readonly ExperimentStatus[] = ['active', 'paused']

/**
 * Changes the status. That only one experiment is active, or one in each flow, is kept by unique indexes, and not by what
 * was read before: the activation that loses fails with `experiment_active_limit_exceeded`.
 *
 * @throws `inexistent_experiment`, and what `transitionExperiment` refuses
 */
export const changeExperimentStatus = async (
  write: ConfigurationWrite,
  id: string,
  status: ExperimentStatus,
): Promise<StatusChange> => {
  const before = await loadExperiment(write, id)
  const surroundings = await loadSurroundings(write, before)
  const after = transitionExperiment(before, status, surroundings, write.now.toISOString())
  const isChanged = after !== before
  if (isChanged) await saveExperiment(write, before, after)
  const warnings = RUNNING.includes(status) ? runWarnings(after, surroundings) : []
  return { experiment: isChanged ? await loadExperiment(write, id) : before, isChanged, warnings }
}

/** Renews what a paused run serves. @throws `inexistent_experiment`, and what `refreshRun` refuses */
export const refreshExperiment = async (write: ConfigurationWrite, id: string): Promise<Experiment> => {
  const before = await loadExperiment(write, id)
  const after = refreshRun(before, await loadSurroundings(write, before))
  if (after === before) return before
  await saveExperiment(write, before, after)
  return loadExperiment(write, id)
}

/** Runs the checks of an activation and stores their result. @throws `inexistent_experiment` */
export const validateExperiment = async (write: ConfigurationWrite, id: string): Promise<ExperimentValidity> => {
  const experiment = await loadExperiment(write, id)
  const validity = validate(experiment, await loadSurroundings(write, experiment))
  if (validity.is_valid !== experiment.is_valid) {
    await write.db
      .updateTable('experiments')
      .set({ is_valid: validity.is_valid })
      .where('tenant_id', '=', write.tenantId)
      .where('experiment_id', '=', experiment.id)
      .execute()
  }
  return validity
}

/** Raises the exposure by one level. @throws `inexistent_experiment`, and what `advanceRamp` of the model refuses */
export const advanceExperimentRamp = async (
  write: ConfigurationWrite,
  id: string,
  target: number,
): Promise<RampAdvance> => {
  const experiment = await loadExperiment(write, id)
  const advance = advanceRamp(experiment, target)
  if (advance.from_level === advance.to_level) return advance
  await saveExperiment(write, experiment, { ...experiment, current_level: advance.to_level })
  return advance
}
