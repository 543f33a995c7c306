/** The network of Actions: a request that an isolate asked for, made by the parent under the rules of `base/egress.ts`. */

import { STATUS_CODES } from 'node:http'
import type { Egress, EgressResponse } from '../../base/egress.ts'
import { isFramingHeader } from '../../base/egress.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { LIMITS } from '../contract/limits.ts'

/** A request as it leaves an isolate. */
interface Asked {
  readonly url: string
  readonly method: string
  readonly redirect: string
  readonly headers: Readonly<Record<string, string>>
}

/** What goes back: the head as JSON for the isolate, and the body. */
export interface Relayed {
  readonly response: string
  readonly body: Uint8Array
}

export type FetchRelay = (request: string, body: Uint8Array, signal: AbortSignal, timeoutMs: number) => Promise<Relayed>

const METHOD = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/
const MAX_HEADERS = 60

const isHeaders = (value: unknown): value is Record<string, string> =>
  isJsonObject(value) &&
  Object.keys(value).length <= MAX_HEADERS &&
  Object.entries(value).every(
    ([name, text]) => HEADER_NAME.test(name) && typeof text === 'string' && !/[\r\n\0]/.test(text),
  )

const parseAsked = (text: string): Asked | undefined => {
  const value = parseJson(text)
  if (!isJsonObject(value)) return undefined
  const { url, method, redirect, headers } = value
  if (typeof url !== 'string' || typeof method !== 'string' || typeof redirect !== 'string') return undefined
  return METHOD.test(method) && isHeaders(headers) ? { url, method, redirect, headers } : undefined
}

/** Written by us, or not at all: bodies are not decompressed, so that a small answer cannot become a large one. */
const isOurs = (name: string): boolean => isFramingHeader(name) || name.toLowerCase() === 'accept-encoding'

const toSent = (headers: Asked['headers']): Record<string, string> => ({
  'user-agent': 'experiment-center-actions',
  accept: '*/*',
  ...Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !isOurs(name))
      .map(([name, value]) => [name.toLowerCase(), value]),
  ),
})

/** Credentials of one origin are not shown to another. */
const PRIVATE = new Set(['authorization', 'cookie', 'proxy-authorization'])

interface Hop {
  readonly url: string
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: Uint8Array | undefined
}

/** The request after a redirect, by the fetch standard (HTTP-redirect fetch); undefined when there is nowhere to go. */
const followRedirect = (hop: Hop, { status, headers }: EgressResponse): Hop | undefined => {
  const target =
    [301, 302, 303, 307, 308].includes(status) && headers.location ? URL.parse(headers.location, hop.url) : null
  if (!target) return undefined
  const becomesGet = status === 303 ? hop.method !== 'HEAD' : status <= 302 && hop.method === 'POST'
  const isSameOrigin = target.origin === new URL(hop.url).origin
  const kept = Object.entries(hop.headers).filter(
    ([name]) => (isSameOrigin || !PRIVATE.has(name)) && !(becomesGet && name.startsWith('content-')),
  )
  return {
    url: target.href,
    method: becomesGet ? 'GET' : hop.method,
    headers: Object.fromEntries(kept),
    body: becomesGet ? undefined : hop.body,
  }
}

const failure = (reason: string): Relayed => ({ response: JSON.stringify({ failure: reason }), body: new Uint8Array() })

const toRelayed = ({ status, headers, body, truncated }: EgressResponse, url: string, hops: number): Relayed => {
  if (truncated) return failure(`the answer has more than ${LIMITS.responseBytes} bytes`)
  const statusText = STATUS_CODES[status] ?? ''
  return { response: JSON.stringify({ status, statusText, headers, url, redirected: hops > 0 }), body }
}

/** Never rejects: what goes wrong is what the Action's `fetch` rejects with. */
export const createFetchRelay =
  (egress: Egress): FetchRelay =>
  async (text, body, signal, timeoutMs) => {
    const asked = parseAsked(text)
    if (!asked) return failure('the method, the address or a header is not valid')
    const deadline = performance.now() + timeoutMs
    let hop: Hop = {
      url: asked.url,
      method: asked.method,
      headers: toSent(asked.headers),
      body: body.length > 0 ? body : undefined,
    }
    for (let hops = 0; hops <= LIMITS.redirects; hops++) {
      const { body: content, ...rest } = hop
      const left = Math.max(1, Math.ceil(deadline - performance.now()))
      const answer = await egress.send({
        ...rest,
        ...(content ? { body: content } : {}),
        timeoutMs: left,
        maxResponseBytes: LIMITS.responseBytes,
        signal,
      })
      if (answer.kind !== 'response') return failure(answer.reason)
      const next = asked.redirect === 'manual' ? undefined : followRedirect(hop, answer)
      if (!next) return toRelayed(answer, hop.url, hops)
      if (asked.redirect === 'error') return failure('the answer is a redirect')
      hop = next
    }
    return failure(`more than ${LIMITS.redirects} redirects`)
  }
