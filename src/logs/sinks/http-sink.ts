/** Opens destinations that take a batch as one HTTP request. */

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { z } from 'zod'
import { type EgressRules, refusalOf } from '../../base/egress-rules.ts'
import { type ReadResponse, readResult, readStatus } from './http-answer.ts'
import type { Item, OpenSink, SinkAddress, SinkPorts, StreamEvent } from './sink.ts'

/** A request before it is compressed and sent. */
interface HttpBatch {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface HttpSinkOptions {
  readonly encode: (event: StreamEvent) => Item
  /** Pure: the request for a batch. */
  readonly request: (batch: readonly Item[]) => HttpBatch
  /** Default: by the status alone. */
  readonly readResponse?: ReadResponse
  /** The destination documents `Content-Encoding: gzip`. */
  readonly isCompressed?: boolean
}

/** An address that the customer chooses; the rules of outgoing connections judge what it says. */
export const addressSetting = z
  .string()
  .max(2048)
  .regex(/^[^\s\p{Cc}]+$/u, 'must be an address without white space')

/** The judged form of such an address. */
export const judgedAddress = (field: string, url: string, rules: EgressRules): SinkAddress => ({
  field,
  server: URL.parse(url)?.origin ?? url,
  refusal: refusalOf(url, rules),
})

const MAX_RESPONSE_BYTES = 65_536

const compress = promisify(gzip)

/** The name of this server to destinations. */
const USER_AGENT = 'experiment-center'

/** `user:password` as HTTP's Basic scheme writes it (RFC 7617). */
export const basicAuthorization = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** Opens a destination that takes a whole batch as one POST. */
export const openHttpSink = (
  { egress, clock, timeoutMs }: Pick<SinkPorts, 'egress' | 'clock' | 'timeoutMs'>,
  options: HttpSinkOptions,
): OpenSink => ({
  encode: options.encode,
  async send(batch, signal) {
    const { url, headers, body } = options.request(batch)
    const result = await egress.send({
      method: 'POST',
      url,
      headers: {
        'user-agent': USER_AGENT,
        ...headers,
        ...(options.isCompressed ? { 'content-encoding': 'gzip' } : {}),
      },
      body: options.isCompressed ? await compress(body) : body,
      timeoutMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      signal,
    })
    return readResult(result, options.readResponse ?? readStatus, clock())
  },
  // Connections belong to the egress, which all streams share.
  close: () => Promise.resolve(),
})
