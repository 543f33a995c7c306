/** `/experimentation/feature-flags`: feature flags and their status. */

import { z } from 'zod'
import {
  FEATURE_FLAG_STATUSES,
  featureFlagChangeSchema,
  featureFlagCreationSchema,
  featureFlagSchema,
  featureFlagStatusChangeSchema,
  MANAGEMENT_TYPES,
} from '../../model/feature-flag.ts'
import {
  createFeatureFlag,
  deleteFeatureFlag,
  listFeatureFlags,
  loadFeatureFlag,
} from '../../store/experiments/feature-flag-store.ts'
import { updateFeatureFlag } from '../../store/experiments/feature-flag-update.ts'
import { idParams, NOT_ARCHIVED, pageQuery, pageSchema } from '../http/list-query.ts'
import { type Operation, operation } from '../http/operation.ts'

const PATH = '/experimentation/feature-flags'
const tag = 'feature-flags'

export const featureFlagOperations: readonly Operation[] = [
  operation({
    id: 'get_feature_flags',
    method: 'get',
    path: PATH,
    summary: 'List feature flags',
    tag,
    scopes: ['read:experimentation'],
    query: z.strictObject({
      ...pageQuery,
      type: z.enum(MANAGEMENT_TYPES).optional(),
      status: z.enum(FEATURE_FLAG_STATUSES).optional().meta({ description: NOT_ARCHIVED }),
    }),
    success: { status: 200, schema: pageSchema('feature_flags', featureFlagSchema) },
    errors: ['invalid_cursor'],
    run: async (api, { query }) => {
      const { items, ...next } = await listFeatureFlags(api.read, query)
      return { feature_flags: items, ...next }
    },
  }),
  operation({
    id: 'create_feature_flag',
    method: 'post',
    path: PATH,
    summary: 'Create a feature flag',
    tag,
    scopes: ['create:experimentation'],
    body: featureFlagCreationSchema,
    success: { status: 201, schema: featureFlagSchema },
    errors: ['parameter_type_mismatch', 'parameter_value_too_large', 'feature_flag_exists'],
    run: (api, { body }) => api.write(write => createFeatureFlag(write, body)),
  }),
  operation({
    id: 'get_feature_flag',
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'Get a feature flag',
    tag,
    scopes: ['read:experimentation'],
    params: idParams,
    success: { status: 200, schema: featureFlagSchema },
    errors: ['inexistent_feature_flag'],
    run: (api, { params }) => loadFeatureFlag(api.read, params.id),
  }),
  operation({
    id: 'update_feature_flag',
    method: 'patch',
    path: `${PATH}/{id}`,
    summary: 'Update a feature flag',
    tag,
    scopes: ['update:experimentation'],
    params: idParams,
    body: featureFlagChangeSchema,
    success: { status: 200, schema: featureFlagSchema },
    errors: [
      'inexistent_feature_flag',
      'feature_flag_not_modifiable',
      'feature_flag_archived',
      'parameter_type_mismatch',
      'parameter_value_too_large',
      'override_unknown_parameter',
      'feature_flag_exists',
      'invalid_status_transition',
      'feature_flag_too_few_variations',
      'feature_flag_in_active_experiment',
    ],
    run: (api, { params, body }) => api.write(write => updateFeatureFlag(write, params.id, body)),
  }),
  operation({
    id: 'delete_feature_flag',
    method: 'delete',
    path: `${PATH}/{id}`,
    summary: 'Delete a feature flag',
    tag,
    scopes: ['delete:experimentation'],
    params: idParams,
    success: { status: 204 },
    errors: ['feature_flag_not_modifiable', 'feature_flag_in_use'],
    run: (api, { params }) => api.write(write => deleteFeatureFlag(write, params.id)),
  }),
  operation({
    id: 'update_feature_flag_status',
    method: 'post',
    path: `${PATH}/{id}/status`,
    summary: 'Change the status of a feature flag',
    tag,
    scopes: ['update:experimentation'],
    params: idParams,
    body: featureFlagStatusChangeSchema,
    success: { status: 200, schema: featureFlagSchema },
    errors: [
      'inexistent_feature_flag',
      'feature_flag_not_modifiable',
      'invalid_status_transition',
      'feature_flag_too_few_variations',
      'feature_flag_in_active_experiment',
    ],
    run: (api, { params, body }) => api.write(write => updateFeatureFlag(write, params.id, body)),
  }),
]
