/** `/experimentation/segments`: segments and their rules. */

import { z } from 'zod'
import { MANAGEMENT_TYPES } from '../../model/feature-flag.ts'
import { SEGMENT_STATUSES, segmentChangeSchema, segmentCreationSchema, segmentSchema } from '../../model/segment.ts'
import {
  createSegment,
  deleteSegment,
  listSegments,
  loadSegment,
  updateSegment,
} from '../../store/experiments/segment-store.ts'
import { idParams, NOT_ARCHIVED, pageQuery, pageSchema } from '../http/list-query.ts'
import { type Operation, operation } from '../http/operation.ts'

const PATH = '/experimentation/segments'
const tag = 'segments'

export const segmentOperations: readonly Operation[] = [
  operation({
    id: 'get_segments',
    method: 'get',
    path: PATH,
    summary: 'List segments',
    tag,
    scopes: ['read:experimentation'],
    query: z.strictObject({
      ...pageQuery,
      type: z.enum(MANAGEMENT_TYPES).optional(),
      status: z.enum(SEGMENT_STATUSES).optional().meta({ description: NOT_ARCHIVED }),
    }),
    success: { status: 200, schema: pageSchema('segments', segmentSchema) },
    errors: ['invalid_cursor'],
    run: async (api, { query }) => {
      const { items, ...next } = await listSegments(api.read, query)
      return { segments: items, ...next }
    },
  }),
  operation({
    id: 'create_segment',
    method: 'post',
    path: PATH,
    summary: 'Create a segment',
    tag,
    scopes: ['create:experimentation'],
    body: segmentCreationSchema,
    success: { status: 201, schema: segmentSchema },
    errors: ['segment_too_large', 'segment_exists'],
    run: (api, { body }) => api.write(write => createSegment(write, body)),
  }),
  operation({
    id: 'get_segment',
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'Get a segment',
    tag,
    scopes: ['read:experimentation'],
    params: idParams,
    success: { status: 200, schema: segmentSchema },
    errors: ['inexistent_segment'],
    run: (api, { params }) => loadSegment(api.read, params.id),
  }),
  operation({
    id: 'update_segment',
    method: 'patch',
    path: `${PATH}/{id}`,
    summary: 'Update a segment',
    tag,
    scopes: ['update:experimentation'],
    params: idParams,
    body: segmentChangeSchema,
    success: { status: 200, schema: segmentSchema },
    errors: [
      'inexistent_segment',
      'segment_not_modifiable',
      'segment_archived',
      'segment_too_large',
      'segment_exists',
      'invalid_status_transition',
      'segment_in_active_experiment',
    ],
    /** The edits first, in a transaction of their own: they stay when the transition is then refused. */
    run: async (api, { params, body }) => {
      const { status, ...edits } = body
      if (Object.keys(edits).length > 0) await api.write(write => updateSegment(write, params.id, edits))
      if (status) await api.write(write => updateSegment(write, params.id, { status }))
      return loadSegment(api.read, params.id)
    },
  }),
  operation({
    id: 'delete_segment',
    method: 'delete',
    path: `${PATH}/{id}`,
    summary: 'Delete a segment',
    tag,
    scopes: ['delete:experimentation'],
    params: idParams,
    success: { status: 204 },
    errors: ['segment_not_modifiable', 'segment_in_use'],
    run: (api, { params }) => api.write(write => deleteSegment(write, params.id)),
  }),
]
