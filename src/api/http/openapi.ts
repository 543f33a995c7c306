/** The OpenAPI 3.1 description, generated from the schemas that check the requests. */

import { z } from 'zod'
import { ERROR_CODES, type ErrorCode } from '../../model/error-codes.ts'
import { SCOPES } from '../../model/scopes.ts'
import { type ComponentSchemas, createComponentSchemas } from './component-schemas.ts'
import { acceptsForm, bodyIsOptional, type Operation, readsBody } from './operation.ts'

type Described = Readonly<Record<string, unknown>>

/** Failures that any operation can answer with. */
const EVERYWHERE: readonly ErrorCode[] = [
  'invalid_query_string',
  'invalid_token',
  'invalid_dpop_proof',
  'insufficient_scope',
  'too_many_requests',
  'internal_error',
  'service_unavailable',
]

const WITH_BODY: readonly ErrorCode[] = ['invalid_body', 'payload_too_large', 'unsupported_media_type']

const errorEnvelopeSchema = z
  .strictObject({
    statusCode: z.int(),
    error: z.string(),
    message: z.string(),
    errorCode: z.string(),
    errors: z.array(z.strictObject({ code: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Error', description: 'The body of every failure; docs/reference/errors.md lists the codes.' })

const errorResponses = (operation: Operation, schemas: ComponentSchemas): Described => {
  const codes = new Set([...EVERYWHERE, ...(readsBody(operation) ? WITH_BODY : []), ...operation.errors])
  const content = { 'application/json': { schema: schemas.of(errorEnvelopeSchema, 'output') } }
  return Object.fromEntries(
    [...Map.groupBy(codes, code => ERROR_CODES[code].status)].map(([status, found]) => [
      status,
      { description: found.map(code => `\`${code}\`: ${ERROR_CODES[code].doc}`).join('\n\n'), content },
    ]),
  )
}

const successResponse = ({ success }: Operation, schemas: ComponentSchemas): Described => ({
  [success.status]:
    success.status === 204
      ? { description: 'Done, or there was nothing to do.' }
      : {
          description: 'Done.',
          content: { 'application/json': { schema: schemas.of(success.schema, 'output') } },
        },
})

const bodyOf = (operation: Operation, schemas: ComponentSchemas): Described => {
  const content = { schema: schemas.of(operation.schemas.body, 'input') }
  return {
    required: !bodyIsOptional(operation),
    content: {
      'application/json': content,
      ...(acceptsForm(operation) && { 'application/x-www-form-urlencoded': content }),
    },
  }
}

/** A parameter is text that stands for a value, so it is described by the value. */
const parametersOf = (place: 'path' | 'query', { shape }: z.ZodObject, schemas: ComponentSchemas): Described[] =>
  Object.entries<z.ZodType>(shape).map(([name, value]) => {
    const schema = schemas.of(value, 'output')
    return {
      name,
      in: place,
      required: !value.safeParse(undefined).success,
      ...(schema.description !== undefined && { description: schema.description }),
      schema,
    }
  })

const describe = (operation: Operation, schemas: ComponentSchemas): Described => ({
  operationId: operation.id,
  summary: operation.summary,
  tags: [operation.tag],
  security: [{ bearerAuth: [] }, ...operation.scopes.map(scope => ({ oAuth2ClientCredentials: [scope] }))],
  parameters: [
    ...parametersOf('path', operation.schemas.params, schemas),
    ...parametersOf('query', operation.schemas.query, schemas),
  ],
  ...(readsBody(operation) && { requestBody: bodyOf(operation, schemas) }),
  responses: { ...successResponse(operation, schemas), ...errorResponses(operation, schemas) },
})

const pathsOf = (operations: readonly Operation[], schemas: ComponentSchemas): Described =>
  Object.fromEntries(
    [...Map.groupBy(operations, ({ path }) => path)].map(([path, found]) => [
      path,
      Object.fromEntries(found.map(operation => [operation.method, describe(operation, schemas)])),
    ]),
  )

const securitySchemes = (operations: readonly Operation[], issuer: string) => ({
  bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  oAuth2ClientCredentials: {
    type: 'oauth2',
    flows: {
      clientCredentials: {
        tokenUrl: `${issuer}oauth/token`,
        scopes: Object.fromEntries(operations.flatMap(({ scopes }) => scopes.map(scope => [scope, SCOPES[scope]]))),
      },
    },
  },
})

/** Prepares the description once; the value tells it for the tenant at an issuer. */
export const createOpenApiDocument = (operations: readonly Operation[]): ((issuer: string) => object) => {
  const schemas = createComponentSchemas()
  const paths = pathsOf(operations, schemas)
  return issuer => ({
    openapi: '3.1.0',
    info: { title: 'Experiment Center Management API', version: '2' },
    servers: [{ url: `${issuer}api/v2` }],
    paths,
    components: { schemas: schemas.components, securitySchemes: securitySchemes(operations, issuer) },
  })
}
