/** Creates and changes log streams: the checks that need the clock, the rules or the stored settings. */

import type { z } from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { isSinkType, type SinkType, sinkOf, UNSUPPORTED_SINKS } from '../../logs/sinks/index.ts'
import type { Sink } from '../../logs/sinks/sink.ts'
import { changeSettings, keepSettings, openSettings } from '../../logs/streams/sink-settings.ts'
import { apiError } from '../../model/error-codes.ts'
import { createId } from '../../model/ids.ts'
import {
  insertLogStream,
  type LogStreamRecord,
  loadLogStream,
  updateLogStream,
} from '../../store/logs/streams/log-stream-store.ts'
import { describeSchemaProblem } from '../http/schema-problem.ts'
import { type LogStreamChange, type LogStreamCreation, sinkChangeOf } from './log-stream-body.ts'
import type { LogStreamContext } from './log-stream-ports.ts'

/** @throws `log_stream_type_unsupported` */
const supportedType = (type: string): SinkType => {
  if (isSinkType(type)) return type
  const sentence = UNSUPPORTED_SINKS[type as keyof typeof UNSUPPORTED_SINKS] // the schema let no other type through
  throw apiError('log_stream_type_unsupported', sentence)
}

/** @throws `log_stream_address_refused` */
const requireAllowedAddresses = ({ logStreams }: LogStreamContext, sink: Sink, settings: JsonObject): void => {
  for (const { field, refusal } of sink.addresses(settings, logStreams.rules)) {
    if (refusal) throw apiError('log_stream_address_refused', `sink.${field}: the address ${refusal}.`)
  }
}

/** @throws `invalid_start_from` */
const toStart = (text: string | undefined, now: number): Date | undefined => {
  if (text === undefined) return undefined
  const start = new Date(text)
  if (start.getTime() > now) throw apiError('invalid_start_from', 'startFrom: lies in the future; leave it out.')
  return start
}

/**
 * Creates a stream.
 *
 * @throws `log_stream_type_unsupported`, `log_stream_address_refused`, `invalid_start_from`, `log_stream_limit_exceeded`,
 * `log_stream_file_taken`
 */
export const createLogStream = async (api: LogStreamContext, body: LogStreamCreation): Promise<LogStreamRecord> => {
  const type = supportedType(body.type)
  const sink = sinkOf(type)
  const settings = body.sink as JsonObject // parsed from JSON
  requireAllowedAddresses(api, sink, settings)
  const now = api.clock()
  const startFrom = toStart(body.startFrom, now)
  const { tenantId } = api.tenant
  const id = createId('log_stream', api.logStreams.random)
  const kept = keepSettings(sink, settings, { box: api.logStreams.secrets, tenantId, streamId: id })
  const stream = {
    id,
    name: body.name ?? type,
    type,
    status: 'active',
    isPriority: body.isPriority ?? false,
    filters: body.filters ?? [],
    piiConfig: body.pii_config,
    sink: kept.open,
    sealedSecrets: kept.sealed,
  } as const
  return insertLogStream(api.read, stream, { now: new Date(now), startFrom })
}

/** @throws `log_stream_sink_mismatch` */
const parseSink = (sink: Sink, schema: z.ZodObject, settings: object): JsonObject => {
  const parsed = schema.safeParse(settings)
  if (parsed.success) return parsed.data as JsonObject // parsed from JSON
  const problem = describeSchemaProblem(parsed.error, settings)
  throw apiError('log_stream_sink_mismatch', `The sink does not fit the type ${sink.type}: ${problem}.`)
}

const refuseCarriedSecrets = (fields: readonly string[]): void => {
  if (fields.length === 0) return
  const names = fields.map(field => `sink.${field}`).join(', ')
  throw apiError('log_stream_sink_mismatch', `Give ${names} again: secrets do not follow a stream to another server.`)
}

const changedSink = (api: LogStreamContext, stream: LogStreamRecord, given: object) => {
  const sink = sinkOf(supportedType(stream.type))
  const place = { box: api.logStreams.secrets, tenantId: api.tenant.tenantId, streamId: stream.id }
  const before = openSettings({ open: stream.sink, sealed: stream.sealedSecrets }, place)
  const { settings, carriedAway } = changeSettings(sink, before, parseSink(sink, sinkChangeOf(sink), given))
  const whole = parseSink(sink, sink.schema, settings)
  refuseCarriedSecrets(carriedAway)
  requireAllowedAddresses(api, sink, whole)
  const kept = keepSettings(sink, whole, place)
  return { sink: kept.open, sealedSecrets: kept.sealed }
}

/**
 * Changes a stream; a change of nothing writes nothing.
 *
 * @throws `inexistent_log_stream`, `log_stream_sink_mismatch`, `log_stream_address_refused`, `log_stream_file_taken`
 */
export const changeLogStream = async (
  api: LogStreamContext,
  id: string,
  body: LogStreamChange,
): Promise<LogStreamRecord> => {
  const stream = await loadLogStream(api.read, id)
  if (Object.keys(body).length === 0) return stream
  const change = {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.status !== undefined && { status: body.status }),
    ...(body.isPriority !== undefined && { isPriority: body.isPriority }),
    ...(body.filters !== undefined && { filters: body.filters }),
    ...(body.pii_config !== undefined && { piiConfig: body.pii_config }),
    ...(body.sink !== undefined && changedSink(api, stream, body.sink)),
  }
  return updateLogStream(api.read, id, change, new Date(api.clock()))
}
