/** Steps in the life of an experiment: validation, changes of status, and the levels of its ramp. */

import type { Experiment, ExperimentStatus, ExperimentValidity } from '../model/experiment.ts'
import { validate } from '../model/experiment-checks.ts'
import { transitionExperiment } from '../model/experiment-transition.ts'
import { advanceRamp, type RampAdvance } from '../model/ramp.ts'
import type { ConfigurationWrite } from './configuration-write.ts'
import { saveExperiment } from './experiment-save.ts'
import { loadExperiment } from './experiment-store.ts'
import { loadSurroundings } from './experiment-surroundings.ts'

/**
 * Changes the status. That only one experiment is active is kept by the index `experiments_one_active`, whatever was
 * read before: the activation that loses fails with `experiment_active_limit_exceeded`.
 *
 * @throws `inexistent_experiment`, and what `transitionExperiment` refuses
 */
export const changeExperimentStatus = async (
  write: ConfigurationWrite,
  id: string,
  status: ExperimentStatus,
): Promise<Experiment> => {
  const before = await loadExperiment(write, id)
  const after = transitionExperiment(before, status, await loadSurroundings(write, before), write.now.toISOString())
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
  await write.db
    .updateTable('experiments')
    .set({ current_level: advance.to_level, updated_at: write.now })
    .where('tenant_id', '=', write.tenantId)
    .where('experiment_id', '=', experiment.id)
    .execute()
  return advance
}
