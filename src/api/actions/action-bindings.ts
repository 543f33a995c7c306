/** `/actions/triggers`: the triggers of this server, and which Actions each runs in which order. */

import { z } from 'zod'
import { LIMITS } from '../../actions/contract/limits.ts'
import { REFERENCE_TYPES } from '../../model/action-binding.ts'
import { text } from '../../model/text.ts'
import { type BoundPair, listBindings, replaceBindings } from '../../store/actions/action-binding-store.ts'
import { type Operation, operation } from '../http/operation.ts'
import { actionSchema, toWireAction } from './action-answer.ts'
import { pageQuery, pageSchema, toPaging } from './page-query.ts'
import { listTriggers, toStoredTrigger, triggerIdSchema, triggerSchema } from './trigger.ts'

const PATH = '/actions/triggers'
const tag = 'actions'

const triggerParams = z.strictObject({ triggerId: triggerIdSchema })

const bindingSchema = z
  .strictObject({
    id: z.uuid(),
    trigger_id: triggerIdSchema,
    display_name: z.string(),
    action: actionSchema,
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'ActionBinding' })

const bindingWishSchema = z.strictObject({
  ref: z.strictObject({ type: z.enum(REFERENCE_TYPES), value: text(1, 255) }),
  display_name: text(1, 255).optional(),
  secrets: z.array(z.unknown()).max(0, 'secrets belong to the Action on this server').optional(),
})

const bindingsChangeSchema = z
  .strictObject({
    bindings: z
      .array(bindingWishSchema)
      .max(LIMITS.actionsPerTrigger, `a trigger has at most ${LIMITS.actionsPerTrigger} bindings`)
      .optional(),
  })
  .meta({ id: 'ActionBindingsChange', description: 'The whole list in the order of execution.' })

const toWireBinding = ({ binding, action }: BoundPair): z.output<typeof bindingSchema> => ({
  id: binding.id,
  trigger_id: toStoredTrigger(binding.triggerId),
  display_name: binding.displayName,
  action: toWireAction(action),
  created_at: binding.createdAt.toISOString(),
  updated_at: binding.updatedAt.toISOString(),
})

export const actionBindingOperations: readonly Operation[] = [
  operation({
    id: 'get_triggers',
    method: 'get',
    path: PATH,
    summary: 'List triggers',
    tag,
    scopes: ['read:actions'],
    success: { status: 200, schema: z.strictObject({ triggers: z.array(triggerSchema) }) },
    errors: [],
    run: async () => ({ triggers: listTriggers() }),
  }),
  operation({
    id: 'get_bindings',
    method: 'get',
    path: `${PATH}/{triggerId}/bindings`,
    summary: "List a trigger's bindings",
    tag,
    scopes: ['read:actions'],
    params: triggerParams,
    query: z.strictObject(pageQuery),
    success: { status: 200, schema: pageSchema('bindings', bindingSchema) },
    errors: ['invalid_uri'],
    run: async (api, { params, query }) => {
      const { page, per_page } = query
      const { total, items } = await listBindings(api.read, params.triggerId, toPaging(query))
      return { total, page, per_page, bindings: items.map(toWireBinding) }
    },
  }),
  operation({
    id: 'patch_bindings',
    method: 'patch',
    path: `${PATH}/{triggerId}/bindings`,
    summary: "Replace a trigger's bindings",
    tag,
    scopes: ['update:actions'],
    params: triggerParams,
    body: bindingsChangeSchema,
    success: { status: 200, schema: z.strictObject({ bindings: z.array(bindingSchema) }) },
    errors: [
      'invalid_uri',
      'binding_unknown_action',
      'binding_wrong_trigger',
      'binding_not_deployed',
      'binding_duplicate_action',
    ],
    run: async (api, { params, body }) => {
      const { triggerId } = params
      const wishes = body.bindings?.map(({ ref, display_name }) => ({ ref, displayName: display_name }))
      const pairs = wishes
        ? await api.write(write => replaceBindings(write, triggerId, wishes))
        : (await listBindings(api.read, triggerId, { page: 0, perPage: LIMITS.actionsPerTrigger })).items
      return { bindings: pairs.map(toWireBinding) }
    },
  }),
]
