/** `/experimentation/experiments`: experiments, their status, validation and ramp. */

import { z } from 'zod'
import type { ErrorCode } from '../../model/error-codes.ts'
import {
  changedExperimentSchema,
  EXPERIMENT_STATUSES,
  type ExperimentStatus,
  experimentChangeSchema,
  experimentCreationSchema,
  experimentSchema,
  experimentStatusChangeSchema,
  experimentValiditySchema,
} from '../../model/experiment.ts'
import { EXPERIMENT_CHECKS } from '../../model/experiment-checks.ts'
import { rampAdvanceSchema, rampTargetSchema } from '../../model/ramp.ts'
import {
  createExperiment,
  deleteExperiment,
  listExperiments,
  loadExperiment,
  updateExperiment,
} from '../../store/experiments/experiment-store.ts'
import {
  advanceExperimentRamp,
  changeExperimentStatus,
  refreshExperiment,
  validateExperiment,
} from '../../store/experiments/experiment-transition.ts'
import type { ApiContext } from '../http/api-context.ts'
import { idParams, NOT_ARCHIVED, pageQuery, pageSchema } from '../http/list-query.ts'
import { type Operation, operation } from '../http/operation.ts'

const PATH = '/experimentation/experiments'
const tag = 'experiments'

const WRITE_CHECKS: readonly ErrorCode[] = [
  'experiment_too_many_allocations',
  ...EXPERIMENT_CHECKS.filter(({ atWrite }) => atWrite).map(({ code }) => code),
]

const STATUS_ERRORS: readonly ErrorCode[] = ['invalid_status_transition', ...EXPERIMENT_CHECKS.map(({ code }) => code)]

/** Answers with the experiment and its warnings, which the tenant's log has as well when something was changed. */
const changeStatus = async (api: ApiContext, id: string, status: ExperimentStatus) => {
  const { experiment, isChanged, warnings } = await api.write(write => changeExperimentStatus(write, id, status))
  if (isChanged) {
    for (const warning of warnings)
      await api.recordEvent({ type: 'w', details: { ...warning, experiment_id: experiment.id } })
  }
  return { ...experiment, ...(warnings.length > 0 && { warnings }) }
}

export const experimentOperations: readonly Operation[] = [
  operation({
    id: 'get_experiments',
    method: 'get',
    path: PATH,
    summary: 'List experiments',
    tag,
    scopes: ['read:experimentation'],
    query: z.strictObject({
      ...pageQuery,
      status: z.enum(EXPERIMENT_STATUSES).optional().meta({ description: NOT_ARCHIVED }),
      authentication_flow: z.string().optional(),
      feature_flag_id: z.string().optional(),
    }),
    success: { status: 200, schema: pageSchema('experiments', experimentSchema) },
    errors: ['invalid_cursor'],
    run: async (api, { query }) => {
      const { items, ...next } = await listExperiments(api.read, query)
      return { experiments: items, ...next }
    },
  }),
  operation({
    id: 'create_experiment',
    method: 'post',
    path: PATH,
    summary: 'Create an experiment',
    tag,
    scopes: ['create:experimentation'],
    body: experimentCreationSchema,
    success: { status: 201, schema: experimentSchema },
    errors: ['inexistent_feature_flag', 'feature_flag_archived', 'experiment_exists', ...WRITE_CHECKS],
    run: (api, { body }) => api.write(write => createExperiment(write, body)),
  }),
  operation({
    id: 'get_experiment',
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'Get an experiment',
    tag,
    scopes: ['read:experimentation'],
    params: idParams,
    success: { status: 200, schema: experimentSchema },
    errors: ['inexistent_experiment'],
    run: (api, { params }) => loadExperiment(api.read, params.id),
  }),
  operation({
    id: 'update_experiment',
    method: 'patch',
    path: `${PATH}/{id}`,
    summary: 'Update an experiment',
    tag,
    scopes: ['update:experimentation'],
    params: idParams,
    body: experimentChangeSchema,
    success: { status: 200, schema: changedExperimentSchema },
    errors: [
      'inexistent_experiment',
      'experiment_requires_pause',
      'experiment_requires_draft',
      'experiment_completed',
      'experiment_archived',
      'experiment_exists',
      ...WRITE_CHECKS,
      ...STATUS_ERRORS,
    ],
    /** The edits first, in a transaction of their own: they stay when the transition is then refused. */
    run: async (api, { params, body }) => {
      const { status, ...edits } = body
      if (Object.keys(edits).length > 0) await api.write(write => updateExperiment(write, params.id, edits))
      return status ? changeStatus(api, params.id, status) : loadExperiment(api.read, params.id)
    },
  }),
  operation({
    id: 'delete_experiment',
    method: 'delete',
    path: `${PATH}/{id}`,
    summary: 'Delete an experiment',
    tag,
    scopes: ['delete:experimentation'],
    params: idParams,
    success: { status: 204 },
    errors: ['experiment_active'],
    run: (api, { params }) => api.write(write => deleteExperiment(write, params.id)),
  }),
  operation({
    id: 'update_experiment_status',
    method: 'post',
    path: `${PATH}/{id}/status`,
    summary: 'Change the status of an experiment',
    tag,
    scopes: ['update:experimentation'],
    params: idParams,
    body: experimentStatusChangeSchema,
    success: { status: 200, schema: changedExperimentSchema },
    errors: ['inexistent_experiment', ...STATUS_ERRORS],
    run: (api, { params, body }) => changeStatus(api, params.id, body.status),
  }),
  operation({
    id: 'refresh_experiment',
    method: 'post',
    path: `${PATH}/{id}/refresh`,
    summary: 'Take edits into the run of a paused experiment',
    tag,
    scopes: ['update:experimentation'],
    params: idParams,
    success: { status: 200, schema: experimentSchema },
    errors: ['inexistent_experiment', 'experiment_requires_pause'],
    run: (api, { params }) => api.write(write => refreshExperiment(write, params.id)),
  }),
  operation({
    id: 'validate_experiment',
    method: 'post',
    path: `${PATH}/{id}/validate`,
    summary: 'Validate an experiment',
    tag,
    scopes: ['read:experimentation'],
    params: idParams,
    success: { status: 200, schema: experimentValiditySchema },
    errors: ['inexistent_experiment'],
    run: (api, { params }) => api.write(write => validateExperiment(write, params.id)),
  }),
  operation({
    id: 'advance_experiment_ramp',
    method: 'post',
    path: `${PATH}/{id}/advance-ramp`,
    summary: 'Advance the ramp of an experiment',
    tag,
    scopes: ['update:experimentation'],
    params: idParams,
    body: rampTargetSchema,
    success: { status: 200, schema: rampAdvanceSchema },
    errors: ['inexistent_experiment', 'experiment_not_ramping', 'ramp_level_not_next'],
    run: (api, { params, body }) => api.write(write => advanceExperimentRamp(write, params.id, body.target_level)),
  }),
]
