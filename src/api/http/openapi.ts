/** The OpenAPI 3.1 description, generated from the schemas that check the requests. */

import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { ERROR_CODES, type ErrorCode } from '../../model/error-codes.ts'
import { SCOPES } from '../../model/scopes.ts'
import { acceptsForm, bodyIsOptional, type Operation, readsBody } from './operation.ts'

type RouteConfig = Parameters<OpenAPIHono['openAPIRegistry']['registerPath']>[0]

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

const errorResponses = (operation: Operation): RouteConfig['responses'] => {
  const codes = new Set([...EVERYWHERE, ...(readsBody(operation) ? WITH_BODY : []), ...operation.errors])
  const byStatus = Map.groupBy(codes, code => ERROR_CODES[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, found]) => [
      status,
      {
        description: found.map(code => `\`${code}\`: ${ERROR_CODES[code].doc}`).join('\n\n'),
        content: { 'application/json': { schema: errorEnvelopeSchema } },
      },
    ]),
  )
}

const successResponse = ({ success }: Operation): RouteConfig['responses'] => ({
  [success.status]:
    success.status === 204
      ? { description: 'Done, or there was nothing to do.' }
      : { description: 'Done.', content: { 'application/json': { schema: success.schema } } },
})

const bodyOf = (operation: Operation) => {
  const content = { schema: operation.schemas.body }
  return {
    body: {
      required: !bodyIsOptional(operation),
      content: {
        'application/json': content,
        ...(acceptsForm(operation) && { 'application/x-www-form-urlencoded': content }),
      },
    },
  }
}

const toRouteConfig = (operation: Operation): RouteConfig => ({
  operationId: operation.id,
  method: operation.method,
  path: operation.path,
  summary: operation.summary,
  tags: [operation.tag],
  security: [{ bearerAuth: [] }, ...operation.scopes.map(scope => ({ oAuth2ClientCredentials: [scope] }))],
  request: {
    params: operation.schemas.params,
    query: operation.schemas.query,
    ...(readsBody(operation) && bodyOf(operation)),
  },
  responses: { ...successResponse(operation), ...errorResponses(operation) },
})

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
  const generator = new OpenAPIHono()
  for (const operation of operations) generator.openAPIRegistry.registerPath(toRouteConfig(operation))
  const document = generator.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Experiment Center Management API', version: '2' },
  })
  return issuer => ({
    ...document,
    servers: [{ url: `${issuer}api/v2` }],
    components: { ...document.components, securitySchemes: securitySchemes(operations, issuer) },
  })
}
