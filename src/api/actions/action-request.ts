/** What requests write of an Action, with the limits of the wire. */

import { z } from 'zod'
import { LIMITS } from '../../actions/contract/limits.ts'
import { dependencyProblems } from '../../actions/host/build/dependency.ts'
import { type ActionDependency, RUNTIMES } from '../../model/action.ts'
import { text } from '../../model/text.ts'
import { triggerReferenceSchema } from './trigger.ts'

const nameSchema = text(1, 255).regex(/^\S(.*\S)?$/, 'must be one line without white space at either end')

const codeSchema = z
  .string()
  .refine(code => Buffer.byteLength(code) <= LIMITS.codeBytes, `is larger than ${LIMITS.codeBytes} bytes`)

/** True when no two items have the same name. */
const areUnique = (items: readonly { readonly name: string }[]): boolean =>
  new Set(items.map(({ name }) => name)).size === items.length

const dependencySchema = z
  .strictObject({
    name: z.string(),
    version: z.string().trim().optional(),
    registry_url: z
      .literal('', { error: 'packages come from the registry that the server is configured with; leave it out' })
      .optional(),
  })
  .transform(({ name, version }): ActionDependency => ({ name, version: version || 'latest' }))

const dependenciesSchema = z
  .array(dependencySchema)
  .max(LIMITS.dependencies, `an Action has at most ${LIMITS.dependencies} dependencies`)
  .superRefine((dependencies, context) => {
    for (const { msg } of dependencyProblems(dependencies.slice(0, LIMITS.dependencies)))
      context.addIssue({ code: 'custom', message: msg })
  })

/** `updated_at` may be sent back as it was read. */
const secretSchema = z.strictObject({
  name: text(1, LIMITS.secretNameChars).refine(name => name !== '__proto__', 'is not allowed as the name of a secret'),
  value: text(0, LIMITS.secretValueChars).optional().meta({ description: 'Left out, the stored value stays.' }),
  updated_at: z.string().optional(),
})

const secretsSchema = z
  .array(secretSchema)
  .max(LIMITS.secrets, `an Action has at most ${LIMITS.secrets} secrets`)
  .refine(areUnique, 'names a secret twice')

const triggersSchema = z
  .tuple([triggerReferenceSchema], { error: 'must name exactly one trigger' })
  .transform(([trigger]) => trigger.id)

const content = {
  code: codeSchema.optional(),
  dependencies: dependenciesSchema.optional(),
  runtime: z.enum(RUNTIMES, `must be one of ${RUNTIMES.join(', ')}`).optional(),
  secrets: secretsSchema.optional().meta({ description: 'The whole list: a secret that it leaves out is removed.' }),
  modules: z.array(z.unknown()).max(0, 'code modules are not available on this server').optional(),
}

export const actionCreationSchema = z
  .strictObject({
    name: nameSchema,
    supported_triggers: triggersSchema,
    ...content,
    deploy: z.boolean().optional(),
  })
  .meta({ id: 'ActionCreation' })

export type ActionCreation = z.output<typeof actionCreationSchema>

export const actionChangeSchema = z
  .strictObject({
    name: nameSchema.optional(),
    supported_triggers: triggersSchema.optional(),
    ...content,
  })
  .meta({ id: 'ActionChange' })

export type ActionChange = z.output<typeof actionChangeSchema>
