/** The ramp of an experiment: exposure that rises level by level, and never by more than one. */

import { z } from 'zod'
import { apiError } from './error-codes.ts'
import type { Experiment } from './experiment.ts'

export const rampTargetSchema = z
  .strictObject({
    target_level: z.int().min(0).max(100).meta({ description: 'The level after the current one, in percent.' }),
  })
  .meta({ id: 'RampTarget' })

export const rampAdvanceSchema = z
  .strictObject({ experiment_id: z.string(), from_level: z.int(), to_level: z.int(), current_level: z.int() })
  .meta({ id: 'RampAdvance' })

export type RampAdvance = z.output<typeof rampAdvanceSchema>

/**
 * The step to a level: the immediate next one, or the current one, which changes nothing, so that a retry succeeds.
 *
 * @throws `experiment_not_ramping`, `ramp_level_not_next`
 */
export const advanceRamp = (experiment: Experiment, target: number): RampAdvance => {
  const { id, status, levels, current_level: from } = experiment
  if (status !== 'active' || levels === undefined || typeof from !== 'number') {
    throw apiError(
      'experiment_not_ramping',
      `The experiment ${id} is ${status}${levels ? '' : ' and has no levels'}; only an active one with levels can advance.`,
    )
  }
  const next = levels.find(level => level > from)
  if (target !== from && target !== next) {
    const advice = next === undefined ? 'that is the last one' : `the next one is ${next}`
    throw apiError('ramp_level_not_next', `The experiment ${id} is at level ${from}; ${advice}.`)
  }
  return { experiment_id: id, from_level: from, to_level: target, current_level: target }
}
