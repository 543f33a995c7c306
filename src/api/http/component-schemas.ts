/** The JSON schemas of an OpenAPI document: what has an id is written once, among the components, and referred to. */

import { z } from 'zod'

/** Only what the document needs of a JSON schema. */
type JsonSchema = Readonly<Record<string, unknown>>

/** `input` is what a sender writes, `output` what a reader gets. */
type Side = 'input' | 'output'

const HERE = '#/components/schemas/'

const idOf = (schema: unknown): string | undefined =>
  schema instanceof z.ZodType ? z.globalRegistry.get(schema)?.id : undefined

/** Which value leads to which component (OpenAPI 3.1.0, Discriminator Object); undefined where a branch is none. */
const discriminatorOf = ({ def: { discriminator, options } }: z.ZodDiscriminatedUnion) => {
  const mapping = options.map(option => [option._zod.propValues?.[discriminator], idOf(option)] as const)
  if (mapping.some(([, id]) => id === undefined)) return undefined
  const entries = mapping.flatMap(([values = [], id]) => [...values].map(value => [String(value), `${HERE}${id}`]))
  return { propertyName: discriminator, mapping: Object.fromEntries(entries) }
}

/** Leaves out what zod adds for JavaScript alone, and adds what OpenAPI has beside JSON Schema. */
const adapt: NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override'] = ({ zodSchema, jsonSchema }) => {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  // The format says it; the pattern is how zod checks it.
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
  const discriminator = zodSchema instanceof z.ZodDiscriminatedUnion ? discriminatorOf(zodSchema) : undefined
  if (discriminator) jsonSchema.discriminator = discriminator
}

/** @throws TypeError where one id would stand for two things */
const requireSame = (id: string, known: JsonSchema | undefined, definition: JsonSchema): void => {
  if (known && JSON.stringify(known) !== JSON.stringify(definition)) {
    throw new TypeError(`two schemas of the OpenAPI document have the id ${id}`)
  }
}

export interface ComponentSchemas {
  /** The schema, or the reference to it. */
  of(schema: z.ZodType, side: Side): JsonSchema
  /** Every schema with an id that was met, by id. */
  readonly components: Readonly<Record<string, JsonSchema>>
}

export const createComponentSchemas = (): ComponentSchemas => {
  const components: Record<string, JsonSchema> = {}
  return {
    components,
    of(schema, side) {
      // Below a list, so that a schema with an id becomes a reference here, too.
      const list = z.toJSONSchema(z.array(schema), { io: side, unrepresentable: 'any', override: adapt })
      const { $defs = {}, items } = JSON.parse(JSON.stringify(list).replaceAll('"$ref":"#/$defs/', `"$ref":"${HERE}`))
      for (const [id, { id: _, ...definition }] of Object.entries<Record<string, unknown>>($defs)) {
        requireSame(id, components[id], definition)
        components[id] = definition
      }
      return items
    },
  }
}
