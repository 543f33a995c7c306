/** What every operation goes through, in order: tenant, token, scope, query, body, the call, the log, the answer. */

import type { Context, Handler } from 'hono'
import { type ApiError, apiError, ERROR_CODES, toErrorEnvelope } from '../model/error-codes.ts'
import { writeConfiguration } from '../store/configuration-write.ts'
import type { ApiContext, Caller } from './api-context.ts'
import type { ManagementApiDeps, TenantContext } from './api-deps.ts'
import { auditEvent, type CallFacts, callFields } from './audit.ts'
import { type Authenticate, requireScope } from './authenticate.ts'
import { errorAnswer, toApiError } from './error-answer.ts'
import { acceptsForm, bodyIsList, bodyIsOptional, type Operation, readsBody } from './operation.ts'
import { parsePart, readQuery } from './parse-part.ts'
import { readBody } from './request-body.ts'

/** What is known of a request while it is served, for the log and for the answer. */
interface Call {
  readonly c: Context
  readonly deps: ManagementApiDeps
  readonly operation: Operation
  tenant?: TenantContext
  caller?: Caller
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

const createContext = (call: Call, tenant: TenantContext, caller: Caller): ApiContext => {
  const { c, deps } = call
  const { db, clock, random } = deps
  const { tenantId } = tenant
  return {
    tenant,
    caller,
    db,
    clock,
    actions: deps.actions,
    logStreams: deps.logStreams,
    authenticationMethods: deps.authenticationMethods,
    users: deps.users,
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

const serve = async (call: Call, authenticate: Authenticate): Promise<Outcome> => {
  const { c, deps, operation } = call
  const request = c.req.raw
  call.tenant = await deps.tenantOf(request)
  call.caller = await authenticate(request, call.tenant)
  requireScope(call.caller, operation.scopes)
  call.query = readQuery(new URL(request.url))
  if (readsBody(operation))
    call.body = await readBody(request, {
      optional: bodyIsOptional(operation),
      isList: bodyIsList(operation),
      acceptsForm: acceptsForm(operation),
    })
  const api = createContext(call, call.tenant, call.caller)
  const body = await operation.handle(api, { params: c.req.param(), query: call.query, body: call.body }, parsePart)
  const { status } = operation.success
  return { status, body: status === 204 ? undefined : body }
}

const refuse = (call: Call, thrown: unknown): Outcome => {
  const error = toApiError(thrown)
  const { status } = ERROR_CODES[error.code]
  if (status >= 500) {
    call.deps.logError(error.cause ?? error, { operation: call.operation.id, ...tenantOf(call) })
  }
  return { status, body: toErrorEnvelope(error), error }
}

const tenantOf = ({ tenant }: Call) => (tenant ? { tenantId: tenant.tenantId } : {})

/** Writes are logged when they succeeded, and also when a part of them was committed before the refusal. */
const record = async (call: Call, { status, body }: Outcome): Promise<void> => {
  const { deps, operation, tenant, caller } = call
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
export const handlerOf = (deps: ManagementApiDeps, authenticate: Authenticate, operation: Operation): Handler => {
  return async c => {
    const call: Call = { c, deps, operation, wrote: false }
    let outcome = await serve(call, authenticate).catch(thrown => refuse(call, thrown))
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
