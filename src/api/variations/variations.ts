/** `/experimentation/feature-flags/{id}/variations`: the variations of a feature flag. */

import { z } from 'zod'
import { variationChangeSchema, variationCreationSchema, variationSchema } from '../../model/variation.ts'
import {
  createVariation,
  deleteVariation,
  listVariations,
  loadVariation,
  updateVariation,
} from '../../store/experiments/variation-store.ts'
import { idParams } from '../http/list-query.ts'
import { type Operation, operation } from '../http/operation.ts'

const PATH = '/experimentation/feature-flags/{id}/variations'
const tag = 'variations'

const variationParams = z.strictObject({ id: z.string(), vid: z.string() })

export const variationOperations: readonly Operation[] = [
  operation({
    id: 'get_variations',
    method: 'get',
    path: PATH,
    summary: 'List the variations of a feature flag',
    tag,
    scopes: ['read:experimentation'],
    params: idParams,
    success: { status: 200, schema: z.strictObject({ variations: z.array(variationSchema) }) },
    errors: ['inexistent_feature_flag'],
    run: async (api, { params }) => ({ variations: await listVariations(api.read, params.id) }),
  }),
  operation({
    id: 'create_variation',
    method: 'post',
    path: PATH,
    summary: 'Create a variation',
    tag,
    scopes: ['create:experimentation'],
    params: idParams,
    body: variationCreationSchema,
    success: { status: 201, schema: variationSchema },
    errors: [
      'inexistent_feature_flag',
      'feature_flag_archived',
      'variation_limit_exceeded',
      'override_unknown_parameter',
      'parameter_type_mismatch',
      'parameter_value_too_large',
      'override_equals_default',
      'variation_exists',
    ],
    run: (api, { params, body }) => api.write(write => createVariation(write, params.id, body)),
  }),
  operation({
    id: 'get_variation',
    method: 'get',
    path: `${PATH}/{vid}`,
    summary: 'Get a variation',
    tag,
    scopes: ['read:experimentation'],
    params: variationParams,
    success: { status: 200, schema: variationSchema },
    errors: ['inexistent_feature_flag', 'inexistent_variation'],
    run: (api, { params }) => loadVariation(api.read, params.id, params.vid),
  }),
  operation({
    id: 'update_variation',
    method: 'patch',
    path: `${PATH}/{vid}`,
    summary: 'Update a variation',
    tag,
    scopes: ['update:experimentation'],
    params: variationParams,
    body: variationChangeSchema,
    success: { status: 200, schema: variationSchema },
    errors: [
      'inexistent_feature_flag',
      'inexistent_variation',
      'feature_flag_archived',
      'override_unknown_parameter',
      'parameter_type_mismatch',
      'parameter_value_too_large',
      'override_equals_default',
      'variation_exists',
    ],
    run: (api, { params, body }) => api.write(write => updateVariation(write, params.id, params.vid, body)),
  }),
  operation({
    id: 'delete_variation',
    method: 'delete',
    path: `${PATH}/{vid}`,
    summary: 'Delete a variation',
    tag,
    scopes: ['delete:experimentation'],
    params: variationParams,
    success: { status: 204 },
    errors: ['inexistent_feature_flag', 'feature_flag_archived', 'variation_last', 'variation_in_use'],
    run: (api, { params }) => api.write(write => deleteVariation(write, params.id, params.vid)),
  }),
]
