/** Outgoing HTTP to addresses that customers configure: never into the operator's network, never without end. */

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import {
  connectionProblem,
  type EgressRules,
  FORBIDDEN_ADDRESS,
  type Resolve,
  refusalOf,
  resolveAllowed,
  rulesFor,
  SWITCHED_PROTOCOLS,
  systemResolve,
} from './egress-rules.ts'

export interface EgressRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** For the whole exchange, from resolving the name to the last byte; in milliseconds. */
  readonly timeoutMs: number
  /** Bytes of the response body that are kept; the connection is closed at the next one. */
  readonly maxResponseBytes: number
  readonly signal?: AbortSignal
}

/** Header names are in lower case; a redirect is answered as it is, never followed. */
export interface EgressResponse {
  readonly kind: 'response'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** The body went on after `maxResponseBytes`. */
  readonly truncated: boolean
}

/** `refused`: the rules forbid it, nothing was sent. `failed`: it was tried; whether it arrived is unknown. */
export interface EgressFailure {
  readonly kind: 'refused' | 'failed'
  /** A sentence for the customer; it holds no header, no query and no address that a name resolved to. */
  readonly reason: string
}

export type EgressResult = EgressResponse | EgressFailure

/** Never rejects: what goes wrong with another server is a value. */
export interface Egress {
  send(request: EgressRequest): Promise<EgressResult>
  /** Closes the connections that are kept for reuse. */
  close(): void
}

export interface EgressPorts {
  /** Default: the operating system's resolver. */
  readonly resolve?: Resolve
  /** Certificates to trust instead of the built-in ones, in PEM. */
  readonly ca?: string
}

const checkedLookup =
  (rules: EgressRules, resolve: Resolve): LookupFunction =>
  (hostname, options, done) => {
    resolveAllowed(hostname, rules, resolve).then(
      addresses => (options.all ? done(null, [...addresses]) : done(null, addresses[0].address, addresses[0].family)),
      error => done(error, ''),
    )
  }

/** They frame the message or belong to one connection: a caller who sets them could smuggle a second request. */
const FRAMING = new Set(
  'connection content-length expect host keep-alive proxy-connection te trailer transfer-encoding upgrade'.split(' '),
)

/** True for a header name that only the connection itself may set. */
export const isFramingHeader = (name: string): boolean => FRAMING.has(name.toLowerCase())

const MALFORMED_HEADER = new Set(['ERR_INVALID_CHAR', 'ERR_INVALID_HTTP_TOKEN', 'ERR_HTTP_INVALID_HEADER_VALUE'])

const toFailure = (error: unknown, timeoutMs: number): EgressFailure => {
  const { code, reason } = connectionProblem(error)
  if (code === FORBIDDEN_ADDRESS) return { kind: 'refused', reason }
  if (MALFORMED_HEADER.has(code)) {
    return { kind: 'refused', reason: 'a header has a name or a value that HTTP does not allow' }
  }
  const name = error instanceof Error ? error.name : ''
  if (name === 'TimeoutError') return { kind: 'failed', reason: `no complete answer within ${timeoutMs} ms` }
  if (name === 'AbortError') return { kind: 'failed', reason: 'the call was given up' }
  return { kind: 'failed', reason }
}

/** Reads at most `limit` bytes and hangs up on the rest. */
const readBody = async (response: IncomingMessage, limit: number): Promise<[Uint8Array, truncated: boolean]> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    const bytes: Buffer = chunk
    chunks.push(bytes.subarray(0, limit - size))
    size += bytes.length
    if (size > limit) {
      response.destroy()
      return [Buffer.concat(chunks), true]
    }
  }
  return [Buffer.concat(chunks), false]
}

const toPlainHeaders = (response: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : `${value}`,
    ]),
  )

const toOutgoingHeaders = ({ headers, body }: EgressRequest): OutgoingHttpHeaders =>
  body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) }

/** Opens the door through which calls to customers' addresses go out; close it to drop idle connections. */
export const createEgress = (rules: EgressRules, ports: EgressPorts = {}): Egress => {
  const resolveName = ports.resolve ?? systemResolve
  const options = { keepAlive: true, maxSockets: 64, scheduling: 'lifo' } as const
  const http = new HttpAgent(options)
  const https = new HttpsAgent({ ...options, ...(ports.ca === undefined ? {} : { ca: ports.ca }) })

  const exchange = (request: EgressRequest, signal: AbortSignal): Promise<EgressResponse> =>
    new Promise((resolve, reject) => {
      const isHttps = request.url.toLowerCase().startsWith('https:')
      const call = (isHttps ? httpsRequest : httpRequest)(request.url, {
        method: request.method,
        headers: toOutgoingHeaders(request),
        agent: isHttps ? https : http,
        // Connections are kept by host and port, by which the rules differ too.
        lookup: checkedLookup(rulesFor(new URL(request.url), rules), resolveName),
        signal,
      })
      call.on('error', reject)
      // Without a listener Node drops the connection and says nothing: neither an error nor an end.
      call.on('upgrade', (_response, socket) => {
        socket.destroy()
        reject(Object.assign(new TypeError('the server switched protocols'), { code: SWITCHED_PROTOCOLS }))
      })
      call.on('response', response => {
        readBody(response, request.maxResponseBytes).then(
          ([body, truncated]) =>
            resolve({
              kind: 'response',
              status: response.statusCode ?? 0,
              headers: toPlainHeaders(response),
              body,
              truncated,
            }),
          reject,
        )
      })
      call.end(request.body)
    })

  return {
    async send(request) {
      const refusal = refusalOf(request.url, rules)
      if (refusal) return { kind: 'refused', reason: `the address ${refusal}` }
      const framing = Object.keys(request.headers).find(isFramingHeader)
      if (framing) return { kind: 'refused', reason: `the header ${framing} cannot be set` }
      const timeout = AbortSignal.timeout(request.timeoutMs)
      const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout
      try {
        return await exchange(request, signal)
      } catch (error) {
        return toFailure(timeout.aborted ? timeout.reason : error, request.timeoutMs)
      }
    },
    close() {
      http.destroy()
      https.destroy()
    },
  }
}
