/** The sink `datadog`: Datadog's log intake, version 2. */

import { z } from 'zod'
import type { Json } from '../../base/json.ts'
import { openHttpSink } from './http-sink.ts'
import { envelope, experimentOf, textField, toItem } from './item.ts'
import { defineSink, type StreamEvent } from './sink.ts'

const SITES = {
  us: 'datadoghq.com',
  eu: 'datadoghq.eu',
  us3: 'us3.datadoghq.com',
  us5: 'us5.datadoghq.com',
} as const

type Region = keyof typeof SITES
const REGIONS = Object.keys(SITES) as [Region, ...Region[]] // the keys of the table

const MAX_EVENT_BYTES = 1_000_000

/**
 * The envelope and Datadog's reserved attributes. The source `auth0` selects Datadog's own pipeline, which reads
 * `data.date`, `data.type`, `data.ip` and `data.user_id`; the experiment is an attribute of its own, and no tag,
 * because Datadog lower-cases tags and ids are case-sensitive.
 */
const toEntry = (event: StreamEvent): Json => {
  const { data } = event
  const hostname = textField(data, 'hostname')
  const type = textField(data, 'type')
  const experiment = experimentOf(data)
  return {
    ddsource: 'auth0',
    service: 'auth0',
    ddtags: [...(type ? [`type:${type}`] : []), `experiment:${experiment !== undefined}`].join(','),
    ...(hostname ? { hostname } : {}),
    message: textField(data, 'description') ?? type ?? '',
    ...(experiment ? { experiment } : {}),
    ...envelope(event),
  }
}

export const datadog = defineSink({
  type: 'datadog',
  doc: 'Datadog logs with source and service `auth0`; the experiment is the attribute `experiment`.',
  schema: z.strictObject({
    datadogApiKey: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[\x21-\x7e]+$/, 'must be an API key'),
    datadogRegion: z.enum(REGIONS),
  }),
  secrets: { datadogApiKey: 'token' },
  limits: { maxEvents: 1000, maxBytes: 4_000_000 },
  open: ({ datadogApiKey, datadogRegion }, ports) =>
    openHttpSink(ports, {
      encode: event => toItem(event, toEntry, MAX_EVENT_BYTES),
      request: batch => ({
        url: `https://http-intake.logs.${SITES[datadogRegion]}/api/v2/logs`,
        headers: { 'content-type': 'application/json', 'dd-api-key': datadogApiKey },
        body: `[${batch.map(({ text }) => text).join(',')}]`,
      }),
      isCompressed: true,
    }),
})
