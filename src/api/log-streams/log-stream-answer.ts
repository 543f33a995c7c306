/** What the API returns of a log stream. */

import { z } from 'zod'
import { isSinkType, sinkOf } from '../../logs/sinks/index.ts'
import { openSettings, showSettings } from '../../logs/streams/sink-settings.ts'
import type { TenantId } from '../../model/ids.ts'
import { LOG_STREAM_STATUSES, logStreamFiltersSchema, piiConfigSchema } from '../../model/log-stream.ts'
import type { LogStreamHealth } from '../../store/logs/streams/log-stream-health.ts'
import type { LogStreamRecord } from '../../store/logs/streams/log-stream-store.ts'
import type { LogStreamPorts } from './log-stream-ports.ts'

export const logStreamSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    status: z.enum(LOG_STREAM_STATUSES),
    isPriority: z.boolean(),
    filters: logStreamFiltersSchema,
    pii_config: piiConfigSchema.optional(),
    sink: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The settings of the sink; of secrets only the ends.' }),
  })
  .meta({ id: 'LogStream' })

/** @throws UnsealError when the secrets were sealed with another key */
export const toWireStream = (
  { secrets }: LogStreamPorts,
  tenantId: TenantId,
  record: LogStreamRecord,
): z.output<typeof logStreamSchema> => {
  const { id, name, type, status, isPriority, filters, piiConfig } = record
  if (!isSinkType(type)) throw new TypeError(`no sink of type ${type}`)
  const settings = openSettings(
    { open: record.sink, sealed: record.sealedSecrets },
    { box: secrets, tenantId, streamId: id },
  )
  return {
    id,
    name,
    type,
    status,
    isPriority,
    filters: [...filters],
    ...(piiConfig && { pii_config: piiConfig }),
    sink: showSettings(sinkOf(type), settings),
  }
}

export const logStreamHealthSchema = z
  .strictObject({
    status: z.enum(LOG_STREAM_STATUSES),
    lag: z.strictObject({
      events: z.int().meta({ description: 'Events that are still to be delivered or passed over; counted to 10,000.' }),
      at_least: z.boolean().meta({ description: 'True when there are more than were counted.' }),
      seconds: z.number().meta({ description: 'The age of the oldest of them.' }),
    }),
    rate: z.number().meta({ description: 'Deliveries per second over the last one to two minutes.' }),
    delivered: z.int().meta({ description: 'Deliveries since the stream was made.' }),
    delivered_at: z.iso.datetime().optional(),
    attempts: z.int().meta({ description: 'Failures in a row.' }),
    failing_since: z.iso.datetime().optional(),
    next_attempt_at: z.iso.datetime().optional(),
    errors: z
      .array(
        z.strictObject({
          date: z.iso.datetime(),
          reason: z.string(),
          status: z.int().optional(),
          first_log_id: z.string(),
          events: z.int(),
        }),
      )
      .meta({ description: 'The last ten errors of the last five days, the newest first.' }),
  })
  .meta({ id: 'LogStreamHealth' })

const instant = <Key extends string>(key: Key, date: Date | undefined) =>
  (date ? { [key]: date.toISOString() } : {}) as { readonly [K in Key]?: string } // one key or none

/** The health on the wire. */
export const toWireHealth = (
  { status }: LogStreamRecord,
  health: LogStreamHealth,
): z.output<typeof logStreamHealthSchema> => ({
  status,
  lag: { events: health.pending, at_least: health.isPendingCapped, seconds: health.lagMs / 1000 },
  rate: Math.round(health.rate * 1000) / 1000,
  delivered: health.delivered,
  ...instant('delivered_at', health.deliveredAt),
  attempts: health.attempts,
  ...instant('failing_since', health.failingSince),
  ...instant('next_attempt_at', health.retryAt),
  errors: health.errors.map(({ happenedAt, reason, status: code, firstLogId, events }) => ({
    date: happenedAt.toISOString(),
    reason,
    ...(code !== undefined && { status: code }),
    first_log_id: firstLogId,
    events,
  })),
})
