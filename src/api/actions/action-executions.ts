/** `/actions/executions`: what the Actions of a trigger did in one login. */

import { z } from 'zod'
import { type ActionExecution, EXECUTION_STATUSES } from '../../model/action-execution.ts'
import { loadExecution } from '../../store/actions/action-execution-store.ts'
import { idParams } from '../http/list-query.ts'
import { type Operation, operation } from '../http/operation.ts'

const date = z.iso.datetime()

const executionSchema = z
  .strictObject({
    id: z.uuid(),
    trigger_id: z.string(),
    status: z.enum(EXECUTION_STATUSES),
    results: z.array(
      z.strictObject({
        action_name: z.string(),
        error: z.strictObject({ id: z.string(), msg: z.string() }).optional(),
        logs: z.string().optional().meta({
          description: 'What the Action wrote to its console, at most 256 characters. An addition to the wire.',
        }),
        started_at: date,
        ended_at: date,
      }),
    ),
    created_at: date,
    updated_at: date,
  })
  .meta({ id: 'ActionExecution' })

const toWireExecution = (execution: ActionExecution): z.output<typeof executionSchema> => ({
  id: execution.id,
  trigger_id: execution.triggerId,
  status: execution.status,
  results: execution.results.map(({ actionName, error, logs, startedAt, endedAt }) => ({
    action_name: actionName,
    ...(error && { error }),
    ...(logs === undefined ? {} : { logs }),
    started_at: new Date(startedAt).toISOString(),
    ended_at: new Date(endedAt).toISOString(),
  })),
  created_at: execution.createdAt.toISOString(),
  updated_at: execution.updatedAt.toISOString(),
})

export const actionExecutionOperations: readonly Operation[] = [
  operation({
    id: 'get_execution',
    method: 'get',
    path: '/actions/executions/{id}',
    summary: 'Get an execution',
    tag: 'actions',
    scopes: ['read:actions'],
    params: idParams,
    success: { status: 200, schema: executionSchema },
    errors: ['inexistent_action_execution'],
    run: async (api, { params }) => toWireExecution(await loadExecution(api.read, params.id, new Date(api.clock()))),
  }),
]
