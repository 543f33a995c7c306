/** The sink `http`: a webhook of the customer. */

import { z } from 'zod'
import { isFramingHeader } from '../../base/egress.ts'
import { addressSetting, judgedAddress, openHttpSink } from './http-sink.ts'
import { envelope, toItem } from './item.ts'
import { defineSink, type Item, type OpenSink, type SendResult } from './sink.ts'

const FORMATS = ['JSONARRAY', 'JSONLINES', 'JSONOBJECT'] as const
type Format = (typeof FORMATS)[number]

const MAX_EVENT_BYTES = 1_000_000

/** The stream's own headers have their own settings; those that frame the message belong to the connection. */
const isSettable = (name: string): boolean =>
  !isFramingHeader(name) && !['authorization', 'content-type', 'user-agent'].includes(name.toLowerCase())

const headerValue = z
  .string()
  .max(4096)
  .regex(/^[\x20-\x7e\t]*$/, 'must be printable ASCII')

const schema = z.strictObject({
  httpEndpoint: addressSetting,
  httpContentType: headerValue.min(1).max(256).optional(),
  httpContentFormat: z.enum(FORMATS).optional(),
  /** Sent as it is: no scheme is added. */
  httpAuthorization: headerValue.optional(),
  httpCustomHeaders: z
    .array(
      z.strictObject({
        header: z
          .string()
          .max(128)
          .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be an HTTP header name')
          .refine(isSettable, 'cannot be set here'),
        value: headerValue,
      }),
    )
    .max(20)
    .optional(),
})

/** The body of one request. An object per request is what JSONOBJECT means, so it takes one item. */
const BODIES: Record<Format, (texts: readonly string[]) => string> = {
  JSONLINES: texts => texts.join('\n'),
  JSONARRAY: texts => `[${texts.join(',')}]`,
  JSONOBJECT: ([text = '']) => text,
}

const headersOf = (settings: z.infer<typeof schema>): Record<string, string> => ({
  'content-type': settings.httpContentType ?? 'application/json',
  ...(settings.httpAuthorization ? { authorization: settings.httpAuthorization } : {}),
  ...Object.fromEntries((settings.httpCustomHeaders ?? []).map(({ header, value }) => [header.toLowerCase(), value])),
})

/** Sends items one after the other and says how many were taken before one was not. */
const oneByOne = (sink: OpenSink): OpenSink => ({
  ...sink,
  async send(batch: readonly Item[], signal: AbortSignal): Promise<SendResult> {
    for (const [delivered, item] of batch.entries()) {
      const result = await sink.send([item], signal)
      if (result.kind !== 'accepted') return { ...result, delivered }
    }
    return { kind: 'accepted' }
  },
})

export const http = defineSink({
  type: 'http',
  doc: 'A webhook: envelopes `{log_id, data}` as JSON lines, as a JSON array, or one object per request.',
  schema,
  secrets: { httpEndpoint: 'query', httpAuthorization: 'token', httpCustomHeaders: 'headers' },
  limits: { maxEvents: 1000, maxBytes: 1_000_000 },
  addresses: ({ httpEndpoint }, rules) => [judgedAddress('httpEndpoint', httpEndpoint, rules)],
  open: (settings, ports) => {
    const format = settings.httpContentFormat ?? 'JSONLINES'
    const headers = headersOf(settings)
    const sink = openHttpSink(ports, {
      encode: event => toItem(event, envelope, MAX_EVENT_BYTES),
      request: batch => ({ url: settings.httpEndpoint, headers, body: BODIES[format](batch.map(({ text }) => text)) }),
    })
    return format === 'JSONOBJECT' ? oneByOne(sink) : sink
  },
})
