/** Actions and their versions on the wire. Values of secrets and programs stay behind. */

import { z } from 'zod'
import { type Action, type ActionContent, type ActionVersion, isDeployedAsDrafted } from '../../model/action.ts'
import { toStoredTrigger, toWireTrigger, triggerSchema } from './trigger.ts'

const date = z.iso.datetime()

const supportedTriggers = z.array(triggerSchema).min(1)

const contentSchema = z.strictObject({
  supported_triggers: supportedTriggers,
  code: z.string(),
  dependencies: z.array(z.strictObject({ name: z.string(), version: z.string() })),
  runtime: z.string(),
  secrets: z.array(z.strictObject({ name: z.string(), updated_at: date })),
  modules: z.array(z.unknown()).max(0),
})

const factsSchema = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  supported_triggers: supportedTriggers,
  all_changes_deployed: z.boolean(),
  created_at: date,
  updated_at: date,
})

const BUILD_STATUSES = ['pending', 'building', 'packaged', 'built', 'retrying', 'failed'] as const

export const actionVersionSchema = contentSchema
  .extend({
    id: z.uuid(),
    action_id: z.uuid(),
    number: z.int(),
    deployed: z.boolean(),
    status: z.enum(BUILD_STATUSES),
    errors: z.array(z.strictObject({ id: z.string(), msg: z.string() })),
    action: factsSchema,
    built_at: date.optional(),
    created_at: date,
    updated_at: date,
  })
  .meta({ id: 'ActionVersion' })

export const actionSchema = factsSchema
  .extend({
    ...contentSchema.shape,
    status: z.enum(BUILD_STATUSES),
    built_at: date,
    deployed_version: actionVersionSchema.optional().meta({
      description:
        'The version that runs. When an Action is created with `deploy: true` and the deployment fails, the answer has the failed version here: `deployed` is false, and `errors` says why.',
    }),
  })
  .meta({ id: 'Action' })

export type WireAction = z.output<typeof actionSchema>
export type WireActionVersion = z.output<typeof actionVersionSchema>

const toFacts = (action: Action): z.output<typeof factsSchema> => ({
  id: action.id,
  name: action.name,
  supported_triggers: [toWireTrigger(toStoredTrigger(action.triggerId))],
  all_changes_deployed: isDeployedAsDrafted(action),
  created_at: action.createdAt.toISOString(),
  updated_at: action.updatedAt.toISOString(),
})

const toWireContent = (content: ActionContent): z.output<typeof contentSchema> => ({
  supported_triggers: [toWireTrigger(toStoredTrigger(content.triggerId))],
  code: content.code,
  dependencies: content.dependencies.map(({ name, version }) => ({ name, version })),
  runtime: content.runtime,
  secrets: content.secrets.map(({ name, updated_at }) => ({ name, updated_at })),
  modules: [],
})

/** A version of an Action; what it says of the Action is what holds now. */
export const toWireVersion = (action: Action, version: ActionVersion): WireActionVersion => ({
  id: version.id,
  action_id: version.actionId,
  ...toWireContent(version),
  number: version.number,
  deployed: action.deployedVersion?.id === version.id,
  status: version.status,
  errors: version.errors.map(({ id, msg }) => ({ id, msg })),
  action: toFacts(action),
  ...(version.builtAt && { built_at: version.builtAt.toISOString() }),
  created_at: version.createdAt.toISOString(),
  // A version never changes.
  updated_at: version.createdAt.toISOString(),
})

export const toWireAction = (action: Action): WireAction => ({
  ...toFacts(action),
  ...toWireContent(action),
  status: action.status,
  built_at: action.builtAt.toISOString(),
  ...(action.deployedVersion && { deployed_version: toWireVersion(action, action.deployedVersion) }),
})

/**
 * An Action that was just created. A deployment that failed has nowhere else to say why: the wire's Action has no errors.
 *
 * @param version what its deployment ended with, where one was asked for
 */
export const toWireCreation = (action: Action, version?: ActionVersion): WireAction => ({
  ...toWireAction(action),
  ...(version && { deployed_version: toWireVersion(action, version) }),
})
