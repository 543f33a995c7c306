/** `/actions/actions`: Actions as drafts, their deployment and their test. */

import { z } from 'zod'
import { deleteAction, listActions, loadAction } from '../../store/actions/action-store.ts'
import { idParams } from '../http/list-query.ts'
import { closeOver, type Operation, operationOf } from '../http/operation.ts'
import { actionSchema, actionVersionSchema, toWireAction, toWireCreation, toWireVersion } from './action-answer.ts'
import type { ActionContext, ActionPorts } from './action-ports.ts'
import { actionChangeSchema, actionCreationSchema } from './action-request.ts'
import { deployAction } from './deploy-action.ts'
import { booleanQuery, pageQuery, pageSchema, toPaging } from './page-query.ts'
import { saveAction, saveNewAction } from './save-action.ts'
import { testAction, testAnswerSchema, testRequestSchema } from './test-action.ts'
import { WIRE_TRIGGER_IDS } from './trigger.ts'

const PATH = '/actions/actions'
const tag = 'actions'

/** Also what a request meets when the sandbox is full. */
const CODE_ERRORS = ['action_code_invalid', 'action_handler_missing', 'too_many_requests'] as const

const operation = operationOf<ActionContext>()

const OPERATIONS: readonly Operation<ActionContext>[] = [
  operation({
    id: 'get_actions',
    method: 'get',
    path: PATH,
    summary: 'List Actions',
    tag,
    scopes: ['read:actions'],
    query: z.strictObject({
      ...pageQuery,
      triggerId: z.enum(WIRE_TRIGGER_IDS).optional(),
      actionName: z.string().optional(),
      deployed: booleanQuery.optional(),
      installed: booleanQuery
        .optional()
        .meta({ description: 'Actions from a marketplace; this server has none, so `true` finds none.' }),
    }),
    success: { status: 200, schema: pageSchema('actions', actionSchema) },
    errors: [],
    run: async (api, { query }) => {
      const { page, per_page, triggerId, actionName: name, deployed, installed } = query
      const filter = { triggerId, name, deployed }
      const { total, items } = installed
        ? { total: 0, items: [] }
        : await listActions(api.read, filter, toPaging(query))
      return { total, page, per_page, actions: items.map(toWireAction) }
    },
  }),
  operation({
    id: 'post_action',
    method: 'post',
    path: PATH,
    summary: 'Create an Action',
    tag,
    scopes: ['create:actions'],
    body: actionCreationSchema,
    success: { status: 201, schema: actionSchema },
    errors: [...CODE_ERRORS, 'action_limit_exceeded', 'action_secret_without_value', 'action_exists'],
    run: async (api, { body }) => {
      const { action, version } = await saveNewAction(api, body)
      return toWireCreation(action, version)
    },
  }),
  operation({
    id: 'get_action',
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'Get an Action',
    tag,
    scopes: ['read:actions'],
    params: idParams,
    success: { status: 200, schema: actionSchema },
    errors: ['inexistent_action'],
    run: async (api, { params }) => toWireAction(await loadAction(api.read, params.id)),
  }),
  operation({
    id: 'patch_action',
    method: 'patch',
    path: `${PATH}/{id}`,
    summary: 'Update an Action',
    tag,
    scopes: ['update:actions'],
    params: idParams,
    body: actionChangeSchema,
    success: { status: 200, schema: actionSchema },
    errors: [...CODE_ERRORS, 'inexistent_action', 'action_secret_without_value', 'action_exists'],
    run: async (api, { params, body }) => toWireAction(await saveAction(api, params.id, body)),
  }),
  operation({
    id: 'delete_action',
    method: 'delete',
    path: `${PATH}/{id}`,
    summary: 'Delete an Action',
    tag,
    scopes: ['delete:actions'],
    params: idParams,
    query: z.strictObject({
      force: booleanQuery.default(false).meta({ description: 'Unbinds the Action before it is deleted.' }),
    }),
    success: { status: 204 },
    errors: ['action_bound'],
    run: (api, { params, query }) => api.write(write => deleteAction(write, params.id, { unbind: query.force })),
  }),
  operation({
    id: 'post_deploy_action',
    method: 'post',
    path: `${PATH}/{id}/deploy`,
    summary: 'Deploy an Action',
    tag,
    scopes: ['create:actions'],
    params: idParams,
    success: { status: 202, schema: actionVersionSchema },
    errors: ['inexistent_action', 'action_bound', 'too_many_requests'],
    run: async (api, { params }) => {
      const { action, version } = await deployAction(api, params.id)
      return toWireVersion(action, version)
    },
  }),
  operation({
    id: 'post_test_action',
    method: 'post',
    path: `${PATH}/{id}/test`,
    summary: 'Test an Action',
    tag,
    scopes: ['create:actions'],
    params: idParams,
    body: testRequestSchema,
    success: { status: 200, schema: testAnswerSchema },
    errors: ['inexistent_action', 'too_many_requests'],
    run: (api, { params, body }) => testAction(api, params.id, body.payload),
  }),
]

export const actionOperations = (actions: ActionPorts): readonly Operation[] => closeOver({ actions }, OPERATIONS)
