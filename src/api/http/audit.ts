/** The log event of a write through the Management API (`sapi`). */

import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { LogEvent } from '../../logs/record/log-event.ts'
import type { Caller } from './api-context.ts'
import type { TenantContext } from './api-deps.ts'
import { redact } from './redact.ts'

/** Who called, when and from where. */
export interface CallFacts {
  readonly tenant: TenantContext
  readonly caller: Caller
  readonly clientName: string
  readonly date: number
  readonly ip: string
  readonly request: Request
}

export interface AuditedCall extends CallFacts {
  readonly summary: string
  readonly query: unknown
  readonly body: unknown
  readonly answer: { readonly status: number; readonly body: unknown }
}

const MAX_CORRELATION_ID = 64
const MAX_TELEMETRY = 4_096

/** Bodies here come from JSON or go out as JSON, so this only settles the type and drops what JSON would drop. */
const toJson = (value: unknown): Json => parseJson(JSON.stringify(value) ?? 'null') as Json // parsed from JSON text

/** The SDK's telemetry header: base64url of a JSON object; anything else is left out. */
const readTelemetry = (header: string | null): JsonObject | undefined => {
  if (!header || header.length > MAX_TELEMETRY) return undefined
  const value = parseJson(
    Buffer.from(header, 'base64url')
      .toString()
      .replaceAll(/\\u0000|\0/g, ''),
  )
  return isJsonObject(value) ? (value as JsonObject) : undefined // parsed from JSON text
}

/** The subject of a machine's token names its client once more; only people are users. */
const userOf = ({ subject }: Caller): { user_id: string } | undefined =>
  subject === '' || subject.endsWith('@clients') ? undefined : { user_id: subject }

const requestDetails = ({ request, caller, query, body, ip }: AuditedCall, user = userOf(caller)): JsonObject => ({
  method: request.method.toLowerCase(),
  path: new URL(request.url).pathname,
  query: toJson(redact(query)),
  ...(body === undefined ? {} : { body: toJson(redact(body)) }),
  auth: {
    strategy: 'jwt',
    credentials: { scopes: caller.scopes },
    ...(user ? { user } : {}),
  },
  ip,
  userAgent: request.headers.get('user-agent') ?? '',
})

/** What every event says of the call that it belongs to. */
export const callFields = ({ tenant, caller, clientName, date, ip, request }: CallFacts) => {
  const correlationId = request.headers.get('x-correlation-id')?.slice(0, MAX_CORRELATION_ID)
  const telemetry = readTelemetry(request.headers.get('auth0-client'))
  return {
    tenant_id: tenant.tenantId,
    date,
    ip,
    user_agent: request.headers.get('user-agent') ?? '',
    client_id: caller.clientId,
    client_name: clientName,
    ...(telemetry && { auth0_client: telemetry }),
    ...(correlationId && { references: { correlation_id: correlationId } }),
  }
}

/** The event of a call: who asked for what, and what was answered, with secrets redacted. */
export const auditEvent = (call: AuditedCall): LogEvent => {
  const { caller, answer } = call
  return {
    ...callFields(call),
    type: 'sapi',
    description: call.summary,
    ...userOf(caller),
    details: {
      request: requestDetails(call),
      response: {
        statusCode: answer.status,
        ...(answer.body === undefined ? {} : { body: toJson(redact(answer.body)) }),
      },
    },
  }
}
