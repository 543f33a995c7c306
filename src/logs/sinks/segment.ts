/** The sink `segment`: Twilio Segment's HTTP tracking API, batches of `track`. */

import { z } from 'zod'
import type { Json } from '../../base/json.ts'
import { actorOf, eventName, isAssignment, propertiesOf } from './analytics-event.ts'
import { basicAuthorization, openHttpSink } from './http-sink.ts'
import { textField, toItem } from './item.ts'
import { defineSink, type StreamEvent } from './sink.ts'

/** 32 KB per event, 500 KB and 2,500 events per batch (Segment, HTTP API); somewhat less, for what surrounds the events. */
const MAX_EVENT_BYTES = 32_000
const LIMITS = { maxEvents: 2500, maxBytes: 490_000 } as const

/** Segment's specification of A/B tests gives the event this name, by which other tools recognise it. */
const EXPERIMENT_VIEWED = 'Experiment Viewed'

const toTrack = (event: StreamEvent): Json => {
  const { log_id, data } = event
  const { userId, anonymousId } = actorOf(data)
  const ip = textField(data, 'ip')
  const userAgent = textField(data, 'user_agent')
  const timestamp = textField(data, 'date')
  return {
    type: 'track',
    event: isAssignment(data) ? EXPERIMENT_VIEWED : eventName(data),
    ...(userId ? { userId } : {}),
    // Segment refuses an event without a user; a machine is its client.
    anonymousId: anonymousId ?? textField(data, 'client_id') ?? log_id,
    properties: propertiesOf(event),
    context: { ...(ip ? { ip } : {}), ...(userAgent ? { userAgent } : {}) },
    ...(timestamp ? { timestamp } : {}),
    messageId: log_id,
  }
}

export const segment = defineSink({
  type: 'segment',
  doc: 'Segment `track` calls, deduplicated by `messageId`; assignments are `Experiment Viewed`.',
  schema: z.strictObject({
    segmentWriteKey: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[\x21-\x7e]+$/, 'must be a write key'),
  }),
  secrets: { segmentWriteKey: 'token' },
  limits: LIMITS,
  open: ({ segmentWriteKey }, ports) =>
    openHttpSink(ports, {
      encode: event => toItem(event, toTrack, MAX_EVENT_BYTES),
      request: batch => ({
        url: 'https://api.segment.io/v1/batch',
        headers: { 'content-type': 'application/json', authorization: basicAuthorization(segmentWriteKey, '') },
        body: `{"batch":[${batch.map(({ text }) => text).join(',')}]}`,
      }),
    }),
})
