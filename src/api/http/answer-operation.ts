/** What every operation goes through, in order: tenant, token, scope, query, body, the call, the log, the answer. */

import type { Handler } from 'hono'
import { type ApiError, apiError, ERROR_CODES, toErrorEnvelope } from '../../model/error-codes.ts'
import { writeConfiguration } from '../../store/database/configuration-write.ts'
import type { ApiContext, Caller } from './api-context.ts'
import type { ManagementApiDeps, TenantContext } from './api-deps.ts'
import { auditEvent, type CallFacts, callFields } from './audit.ts'
import { requireScope } from './authenticate.ts'
import { errorAnswer, toApiError } from './error-answer.ts'
import type { ApiEnvironment, ApiRequest } from './identity.ts'
import { acceptsForm, bodyIsList, bodyIsOptional, type Operation, readsBody } from './operation.ts'
import { parsePart, readQuery } from './parse-part.ts'
import { readKindOf, type TakeReadTurn } from './read-turns.ts'
import { readBody } from './request-body.ts'

/** What is known of a request while it is served, for the log and for the answer. */
interface Call {
  readonly c: ApiRequest
  readonly deps: ManagementApiDeps
  readonly operation: Operation
  query?: unknown
  body?: unknown
  /** A change was committed: it is logged even when the answer is a refusal. */
  wrote: boolean
}

type Outcome = { readonly status: number; readonly body: unknown; readonly error?: ApiError }

const factsOf = async ({ c, deps }: Call, tenant: TenantContext, caller: Caller): Promise<CallFacts> => ({
  tenant,
  caller,
  clientName: await deps.clientName(tenant.tenantId, caller.clientId),
  date: deps.clock(),
  ip: deps.ipOf(c.req.raw, c.env),
  request: c.req.raw,
})

const createContext = (call: Call, tenant: TenantContext, caller: Caller, db: ManagementApiDeps['db']): ApiContext => {
  const { c, deps } = call
  const { clock, random } = deps
  const { tenantId } = tenant
  return {
    tenant,
    caller,
    db,
    clock,
    url: new URL(c.req.url),
    read: { db, tenantId },
    write: async work => {
      const result = await writeConfiguration({ db, tenantId, clock, random }, work)
      call.wrote = true
      await deps.afterConfigChange(tenantId)
      return result
    },
    recordEvent: async event => {
      call.wrote = true
      await deps.log.record({ ...callFields(await factsOf(call, tenant, caller)), ...event })
    },
    setHeader: (name, value) => c.header(name, value),
  }
}

const serve = async (call: Call, takeReadTurn: TakeReadTurn): Promise<Outcome> => {
  const { c, deps, operation } = call
  const request = c.req.raw
  const identity = c.get('identity')
  if (!identity.caller) throw identity.failure
  const { tenant, caller } = identity
  requireScope(caller, operation.scopes)
  call.query = readQuery(new URL(request.url))
  if (readsBody(operation))
    call.body = await readBody(request, {
      optional: bodyIsOptional(operation),
      isList: bodyIsList(operation),
      acceptsForm: acceptsForm(operation),
    })
  const work = operation.prepare({ params: c.req.param(), query: call.query, body: call.body }, parsePart)
  const run = (db: ManagementApiDeps['db']) => work(createContext(call, tenant, caller, db))
  const kind = readKindOf(operation)
  const { tenantId } = tenant
  const body = await (kind ? takeReadTurn({ kind, tenantId, signal: request.signal }, run) : run(deps.db))
  const { status } = operation.success
  return { status, body: status === 204 ? undefined : body }
}

const refuse = (call: Call, thrown: unknown): Outcome => {
  const error = toApiError(thrown)
  const { status } = ERROR_CODES[error.code]
  // What fails for a caller who has left has failed for that.
  if (status >= 500 && !call.c.req.raw.signal.aborted) {
    call.deps.logError(error.cause ?? error, { operation: call.operation.id, ...tenantOf(call) })
  }
  return { status, body: toErrorEnvelope(error), error }
}

const tenantOf = ({ c }: Call) => {
  const { tenant } = c.get('identity')
  return tenant ? { tenantId: tenant.tenantId } : {}
}

/** Writes are logged when they succeeded, and also when a part of them was committed before the refusal. */
const record = async (call: Call, { status, body }: Outcome): Promise<void> => {
  const { c, deps, operation } = call
  const { tenant, caller } = c.get('identity')
  if (!tenant || !caller) return
  await deps.log.record(
    auditEvent({
      ...(await factsOf(call, tenant, caller)),
      summary: operation.summary,
      query: call.query ?? {},
      body: call.body,
      answer: { status, body },
    }),
  )
}

const NOT_LOGGED = 'The change was made, but its log event could not be written; read the state before you retry.'

/** Makes the Hono handler of an operation. */
export const handlerOf = (
  deps: ManagementApiDeps,
  takeReadTurn: TakeReadTurn,
  operation: Operation,
): Handler<ApiEnvironment> => {
  return async c => {
    const call: Call = { c, deps, operation, wrote: false }
    let outcome = await serve(call, takeReadTurn).catch(thrown => refuse(call, thrown))
    const isWrite = operation.method !== 'get'
    if (call.wrote || (isWrite && !outcome.error)) {
      outcome = await record(call, outcome).then(
        () => outcome,
        cause => refuse(call, apiError('service_unavailable', NOT_LOGGED, { cause })),
      )
    }
    if (outcome.error) return errorAnswer(c, outcome.error)
    if (operation.success.status === 204) return c.body(null, 204)
    return c.json(outcome.body as object, operation.success.status) // operations answer with objects or arrays
  }
}
