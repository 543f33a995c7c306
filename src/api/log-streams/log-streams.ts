/** `/log-streams`: where the tenant log is forwarded to. */

import { z } from 'zod'
import { apiError } from '../../model/error-codes.ts'
import { loadLogStreamHealth } from '../../store/logs/streams/log-stream-health.ts'
import {
  deleteLogStream,
  type LogStreamRecord,
  listLogStreams,
  loadLogStream,
} from '../../store/logs/streams/log-stream-store.ts'
import { idParams } from '../http/list-query.ts'
import { closeOver, type Operation, operationOf } from '../http/operation.ts'
import { logStreamHealthSchema, logStreamSchema, toWireHealth, toWireStream } from './log-stream-answer.ts'
import { logStreamChangeSchema, logStreamCreationSchema } from './log-stream-body.ts'
import type { LogStreamContext, LogStreamPorts } from './log-stream-ports.ts'
import { changeLogStream, createLogStream } from './save-log-stream.ts'

const PATH = '/log-streams'
const tag = 'log-streams'

const show = ({ logStreams, tenant }: LogStreamContext, stream: LogStreamRecord) =>
  toWireStream(logStreams, tenant.tenantId, stream)

const loadHealth = async (api: LogStreamContext, id: string) => {
  const stream = await loadLogStream(api.read, id)
  const health = await loadLogStreamHealth(api.read.db, { tenantId: api.tenant.tenantId, id })
  // Deleted in between.
  if (!health) throw apiError('inexistent_log_stream', 'There is no log stream with this id.')
  return toWireHealth(stream, health)
}

const operation = operationOf<LogStreamContext>()

const OPERATIONS: readonly Operation<LogStreamContext>[] = [
  operation({
    id: 'get_log_streams',
    method: 'get',
    path: PATH,
    summary: 'List log streams',
    tag,
    scopes: ['read:log_streams'],
    success: { status: 200, schema: z.array(logStreamSchema) },
    errors: [],
    run: async api => (await listLogStreams(api.read)).map(stream => show(api, stream)),
  }),
  operation({
    id: 'post_log_stream',
    method: 'post',
    path: PATH,
    summary: 'Create a log stream',
    tag,
    scopes: ['create:log_streams'],
    body: logStreamCreationSchema,
    // The wire answers 200 here, not 201.
    success: { status: 200, schema: logStreamSchema },
    errors: [
      'log_stream_type_unsupported',
      'log_stream_address_refused',
      'invalid_start_from',
      'log_stream_limit_exceeded',
      'log_stream_file_taken',
    ],
    run: async (api, { body }) => show(api, await createLogStream(api, body)),
  }),
  operation({
    id: 'get_log_stream',
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'Get a log stream',
    tag,
    scopes: ['read:log_streams'],
    params: idParams,
    success: { status: 200, schema: logStreamSchema },
    errors: ['inexistent_log_stream'],
    run: async (api, { params: { id } }) => show(api, await loadLogStream(api.read, id)),
  }),
  operation({
    id: 'patch_log_stream',
    method: 'patch',
    path: `${PATH}/{id}`,
    summary: 'Update a log stream',
    tag,
    scopes: ['update:log_streams'],
    params: idParams,
    body: logStreamChangeSchema,
    success: { status: 200, schema: logStreamSchema },
    errors: [
      'inexistent_log_stream',
      'log_stream_sink_mismatch',
      'log_stream_address_refused',
      'log_stream_file_taken',
    ],
    run: async (api, { params: { id }, body }) => show(api, await changeLogStream(api, id, body)),
  }),
  operation({
    id: 'delete_log_stream',
    method: 'delete',
    path: `${PATH}/{id}`,
    summary: 'Delete a log stream',
    tag,
    scopes: ['delete:log_streams'],
    params: idParams,
    success: { status: 204 },
    errors: [],
    run: (api, { params: { id } }) => deleteLogStream(api.read, id),
  }),
  operation({
    id: 'get_log_stream_health',
    method: 'get',
    path: `${PATH}/{id}/health`,
    summary: 'Get the health of a log stream',
    tag,
    scopes: ['read:log_streams'],
    params: idParams,
    success: { status: 200, schema: logStreamHealthSchema },
    errors: ['inexistent_log_stream'],
    run: (api, { params: { id } }) => loadHealth(api, id),
  }),
]

export const logStreamOperations = (logStreams: LogStreamPorts): readonly Operation[] =>
  closeOver({ logStreams }, OPERATIONS)
