/** The sink `splunk`: a Splunk HTTP Event Collector. */

import { z } from 'zod'
import { hostRefusal, insecureRefusal } from '../../base/egress-rules.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { openHttpSink } from './http-sink.ts'
import { envelope, experimentOf, textField, timeOf, toItem } from './item.ts'
import { defineSink, type StreamEvent } from './sink.ts'

/** The collector's own default limit for a request is far larger; older releases stop at 1 MB. */
const MAX_BYTES = 1_000_000

/** Without the flag `i`, which the pattern of a JSON schema cannot have. */
const HOST = /^(?=.{1,253}$)(\[[\da-fA-F:.]+\]|\w([\w-]*\w)?(\.\w([\w-]*\w)?)*\.?)$/

/** Indexed fields, which `tstats` groups by: flat, and text (Splunk, "format events for HTTP Event Collector"). */
const fieldsOf = (data: JsonObject): JsonObject => {
  const experiment = Object.entries(experimentOf(data) ?? {}).map(([name, value]) => [name, String(value)])
  const type = textField(data, 'type')
  return { ...(type ? { type } : {}), ...Object.fromEntries(experiment) }
}

const toHecEvent = (event: StreamEvent): Json => {
  const time = timeOf(event.data)
  const host = textField(event.data, 'hostname')
  return {
    // Seconds with milliseconds behind the point.
    ...(time === undefined ? {} : { time: time / 1000 }),
    ...(host ? { host } : {}),
    source: 'auth0',
    sourcetype: 'auth0:log',
    event: envelope(event),
    fields: fieldsOf(event.data),
  }
}

export const splunk = defineSink({
  type: 'splunk',
  doc: 'Splunk HTTP Event Collector: the envelope is the event, the experiment is in its indexed fields.',
  schema: z.strictObject({
    splunkDomain: z.string().regex(HOST, 'must be a host name without scheme, port or path'),
    splunkPort: z
      .string()
      .regex(/^[0-9]{1,5}$/, 'must be a port number in digits')
      .refine(port => Number(port) >= 1 && Number(port) <= 65_535, 'must be between 1 and 65535'),
    splunkToken: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[\x21-\x7e]+$/, 'must be a token'),
    splunkSecure: z.boolean(),
  }),
  secrets: { splunkToken: 'token' },
  limits: { maxEvents: 1000, maxBytes: MAX_BYTES },
  addresses: ({ splunkDomain, splunkPort, splunkSecure }, rules) => [
    {
      field: 'splunkDomain',
      server: `${splunkDomain}:${splunkPort}`,
      refusal: hostRefusal(splunkDomain, rules),
    },
    {
      field: 'splunkSecure',
      server: splunkSecure ? 'https' : 'http',
      refusal: splunkSecure ? undefined : insecureRefusal('must be reached over https: set splunkSecure', rules),
    },
  ],
  open: ({ splunkDomain, splunkPort, splunkToken, splunkSecure }, ports) =>
    openHttpSink(ports, {
      encode: event => toItem(event, toHecEvent, MAX_BYTES),
      request: batch => ({
        url: `${splunkSecure ? 'https' : 'http'}://${splunkDomain}:${splunkPort}/services/collector/event`,
        headers: { 'content-type': 'application/json', authorization: `Splunk ${splunkToken}` },
        // Objects one after the other, not an array.
        body: batch.map(({ text }) => text).join(''),
      }),
    }),
})
