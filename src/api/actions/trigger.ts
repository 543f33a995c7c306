/** Triggers on the wire: those that exist there, and what this server says of those that it runs. */

import { z } from 'zod'
import { isTriggerId, TRIGGERS } from '../../actions/contract/triggers/index.ts'
import type { TriggerId } from '../../actions/contract/triggers/trigger.ts'
import { DEFAULT_RUNTIME, RUNTIMES } from '../../model/action.ts'

/** Every trigger of the wire. Lists may be filtered by each; Actions are for those of `TRIGGERS`. */
export const WIRE_TRIGGER_IDS = [
  'post-login',
  'credentials-exchange',
  'pre-user-registration',
  'post-user-registration',
  'post-change-password',
  'send-phone-message',
  'custom-phone-provider',
  'custom-email-provider',
  'password-reset-post-challenge',
  'custom-token-exchange',
  'event-stream',
  'password-hash-migration',
  'login-post-identifier',
  'signup-post-identifier',
] as const

const BINDING_POLICIES = ['trigger-bound', 'entity-bound'] as const

const compatibleTriggers = z.array(z.object({ id: z.string(), version: z.string() }))

export const triggerSchema = z
  .strictObject({
    id: z.enum(WIRE_TRIGGER_IDS),
    version: z.string(),
    status: z.string(),
    runtimes: z.array(z.string()),
    default_runtime: z.string(),
    compatible_triggers: compatibleTriggers,
    binding_policy: z.enum(BINDING_POLICIES),
  })
  .meta({ id: 'ActionTrigger' })

/** The id of a trigger that this server runs; anything else is refused by name. */
export const triggerIdSchema = z
  .string()
  .refine(isTriggerId, {
    abort: true,
    error: ({ input }) =>
      `this server does not run the trigger ${JSON.stringify(String(input).slice(0, 64))}, but ${Object.keys(TRIGGERS).join(', ')}`,
  })
  .meta({ enum: Object.keys(TRIGGERS) })

/** As a request refers to a trigger. Its other fields are those of an answer: they may be sent back and say nothing. */
export const triggerReferenceSchema = z
  .strictObject({
    id: triggerIdSchema,
    version: z.string().optional(),
    status: z.string().optional(),
    runtimes: z.array(z.string()).optional(),
    default_runtime: z.string().optional(),
    compatible_triggers: compatibleTriggers.optional(),
    binding_policy: z.enum(BINDING_POLICIES).optional(),
  })
  .refine(({ id, version }) => version === undefined || version === TRIGGERS[id].version, {
    path: ['version'],
    error: ({ input }) => describeVersion(input),
  })
  .meta({ id: 'ActionTriggerReference' })

/** Only reached with an id that the schema has accepted. */
const describeVersion = (input: unknown): string => {
  const { id } = input as { readonly id: TriggerId } // refinements run on what the object's schema accepted
  return `this server runs version ${TRIGGERS[id].version} of ${id}`
}

export type WireTrigger = z.output<typeof triggerSchema>

export const toWireTrigger = (id: TriggerId): WireTrigger => ({
  id,
  version: TRIGGERS[id].version,
  status: 'CURRENT',
  runtimes: [...RUNTIMES],
  default_runtime: DEFAULT_RUNTIME,
  compatible_triggers: [],
  binding_policy: 'trigger-bound',
})

/** Of a stored id, which was checked when it was written. */
export const toStoredTrigger = (id: string): TriggerId => {
  if (isTriggerId(id)) return id
  throw new TypeError(`a stored Action is for the unknown trigger ${id}`)
}

/** The triggers that this server runs, in the order of their table. */
export const listTriggers = (): readonly WireTrigger[] => Object.keys(TRIGGERS).map(toStoredTrigger).map(toWireTrigger)
