/** Which fields of an experiment may change in which status. */

import { apiError, type ErrorCode } from './error-codes.ts'
import { EDITABLE_FIELDS, type EditableField, type Experiment, type ExperimentStatus } from './experiment.ts'

type Refusals = Readonly<Partial<Record<EditableField, ErrorCode>>>

/** What the experiment is: fixed once it has been activated. */
const SETUP: Refusals = {
  authentication_flow: 'experiment_requires_draft',
  default_config: 'experiment_requires_draft',
  levels: 'experiment_requires_draft',
}

const all = (code: ErrorCode): Refusals => Object.fromEntries(EDITABLE_FIELDS.map(field => [field, code]))

/**
 * The refusals; every other field may change.
 *
 * The Beta lets allocations and subject change unless the experiment is active; the command line of a later
 * generation speaks of drafts only. The Beta goes first: pausing, changing the weights and activating again is how
 * its tutorial widens a rollout. A completed experiment keeps both as the record of what ran.
 */
export const REFUSED_EDITS: Readonly<Record<ExperimentStatus, Refusals>> = {
  draft: {},
  active: { ...SETUP, allocations: 'experiment_requires_pause', assignment_config: 'experiment_requires_pause' },
  paused: SETUP,
  completed: { ...SETUP, allocations: 'experiment_completed', assignment_config: 'experiment_completed' },
  archived: all('experiment_archived'),
}

/** What the answers carry as `editable_fields`. */
export const editableFields = (status: ExperimentStatus): EditableField[] =>
  EDITABLE_FIELDS.filter(field => REFUSED_EDITS[status][field] === undefined)

const ADVICE: Readonly<Partial<Record<ErrorCode, string>>> = {
  experiment_requires_pause: 'pause the experiment first',
  experiment_requires_draft: 'create another experiment',
}

/** @throws the code for which the first of the fields may not change in the experiment's status */
export const requireEditable = ({ id, status }: Pick<Experiment, 'id' | 'status'>, fields: readonly string[]): void => {
  for (const field of EDITABLE_FIELDS) {
    const code = fields.includes(field) ? REFUSED_EDITS[status][field] : undefined
    if (!code) continue
    const advice = ADVICE[code] ? `; ${ADVICE[code]}` : ''
    throw apiError(code, `The experiment ${id} is ${status}, so its ${field} cannot change${advice}.`)
  }
}
