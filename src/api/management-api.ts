/** The Management API as a Hono application: the operations of a table below `/api/v2`. */

import { Hono } from 'hono'
import { apiError } from '../model/error-codes.ts'
import { handlerOf } from './http/answer-operation.ts'
import type { ManagementApiDeps } from './http/api-deps.ts'
import { createAuthenticate } from './http/authenticate.ts'
import { errorAnswer, toApiError } from './http/error-answer.ts'
import { type ApiEnvironment, identify, useProofOf } from './http/identity.ts'
import { createOpenApiDocument } from './http/openapi.ts'
import type { Operation } from './http/operation.ts'
import { createRateLimit } from './http/rate-limit.ts'
import { createReadTurns } from './http/read-turns.ts'

const BASE = '/api/v2'

/** `/experiments/{id}` in Hono's notation. */
const toRoute = (path: string): string => BASE + path.replaceAll(/\{(\w+)\}/g, ':$1')

/**
 * Builds the application. It answers every path below `/api/v2`, so it can be mounted at the root beside others.
 * Nothing thrown leaves it: failures become the error envelope, those of the server are handed to `logError`.
 */
export const createManagementApi = (
  operations: readonly Operation[],
  deps: ManagementApiDeps,
): Hono<ApiEnvironment> => {
  const app = new Hono<ApiEnvironment>()
  const authenticate = createAuthenticate(deps)
  const openApiDocument = createOpenApiDocument(operations)
  const countRequest = createRateLimit(deps)
  const takeReadTurn = createReadTurns(deps)
  app.use('*', async (c, next) => {
    c.set('identity', await identify(c.req.raw, deps, authenticate))
    const refusal = countRequest(c)
    if (refusal) return errorAnswer(c, refusal)
    // Only now: a request beyond the limit writes nothing.
    c.set('identity', await useProofOf(c.get('identity')))
    return next()
  })
  app.get(`${BASE}/openapi.json`, c => {
    const identity = c.get('identity')
    const { tenant } = identity
    if (tenant) return c.json(openApiDocument(tenant.issuer))
    throw identity.caller ? new TypeError('a caller of no tenant') : identity.failure
  })
  for (const operation of operations) {
    app.on(operation.method.toUpperCase(), toRoute(operation.path), handlerOf(deps, takeReadTurn, operation))
  }
  app.all(`${BASE}/*`, c => errorAnswer(c, noRoute(c.req.method, c.req.path)))
  app.onError((error, c) => {
    deps.logError(error, { operation: 'unknown' })
    return errorAnswer(c, toApiError(error))
  })
  return app
}

const noRoute = (method: string, path: string) =>
  apiError('inexistent_route', `No operation answers ${method} ${path.slice(0, 200)}.`)
