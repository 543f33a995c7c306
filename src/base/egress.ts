/** Outgoing HTTP to addresses that customers configure: never into the operator's network, never without end. */

import { type LookupAddress, lookup } from 'node:dns'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { addressKind } from './address-kind.ts'

export interface EgressRules {
  /** Permits `http:` beside `https:`. */
  readonly allowInsecureHttp: boolean
  /** Permits loopback and private addresses; link-local ones, where cloud metadata lives, stay refused. */
  readonly allowLocalAddresses: boolean
}

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

/** Never rejects: what goes wrong with somebody else's server is a value. */
export interface Egress {
  send(request: EgressRequest): Promise<EgressResult>
  /** Closes the connections that are kept for reuse. */
  close(): void
}

export interface EgressPorts {
  readonly resolve?: (
    hostname: string,
    options: { readonly all: true },
    done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ) => void
  /** Certificates to trust instead of the built-in ones, in PEM. */
  readonly ca?: string
}

const FORBIDDEN_ADDRESS = 'EGRESS_FORBIDDEN_ADDRESS'

const isAllowed = (address: string, rules: EgressRules): boolean => {
  const kind = addressKind(address)
  return kind === 'public' || (kind === 'local' && rules.allowLocalAddresses)
}

/**
 * Why a URL may not be called, as the end of the sentence "the address …"; undefined when it may.
 * A name is judged again, by what it resolves to, whenever a connection is opened.
 */
export const refusalOf = (url: string, rules: EgressRules): string | undefined => {
  const parsed = URL.parse(url)
  if (!parsed) return 'is not a URL'
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && rules.allowInsecureHttp)) {
    return rules.allowInsecureHttp ? 'must start with https:// or http://' : 'must start with https://'
  }
  if (parsed.username || parsed.password) return 'must not contain a user name or a password'
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host)) return isAllowed(host, rules) ? undefined : 'is not on the public internet'
  const isLocalName = /(^|\.)localhost\.?$/i.test(host)
  return isLocalName && !rules.allowLocalAddresses ? 'is not on the public internet' : undefined
}

/**
 * The lookup of a connection: what it hands on is what gets connected, so nothing can change between check and use.
 * One forbidden address condemns the name: a name with both kinds is an attempt to slip through.
 */
const checkedLookup =
  (rules: EgressRules, resolve: NonNullable<EgressPorts['resolve']>): LookupFunction =>
  (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0]
      if (error || !first) return done(error ?? Object.assign(new TypeError('no address'), { code: 'ENOTFOUND' }), '')
      if (!addresses.every(({ address }) => isAllowed(address, rules))) {
        return done(Object.assign(new TypeError('forbidden address'), { code: FORBIDDEN_ADDRESS }), '')
      }
      return options.all ? done(null, addresses) : done(null, first.address, first.family)
    })
  }

/** They frame the message or belong to one connection: a caller who sets them could smuggle a second request. */
const FRAMING = new Set(
  'connection content-length expect host keep-alive proxy-connection te trailer transfer-encoding upgrade'.split(' '),
)

/** True for a header name that only the connection itself may set. */
export const isFramingHeader = (name: string): boolean => FRAMING.has(name.toLowerCase())

const REASONS: Record<string, string> = {
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name cannot be resolved at the moment',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed before the answer was complete',
  EPIPE: 'the connection was closed before the answer was complete',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain ends in a self-signed certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  CERT_HAS_EXPIRED: 'the certificate has expired',
}

const MALFORMED_HEADER = new Set(['ERR_INVALID_CHAR', 'ERR_INVALID_HTTP_TOKEN', 'ERR_HTTP_INVALID_HEADER_VALUE'])

const toFailure = (error: unknown, timeoutMs: number): EgressFailure => {
  const { name, code = '' } = error as NodeJS.ErrnoException // what sockets and streams raise
  if (code === FORBIDDEN_ADDRESS) return { kind: 'refused', reason: 'the address is not on the public internet' }
  if (MALFORMED_HEADER.has(code)) {
    return { kind: 'refused', reason: 'a header has a name or a value that HTTP does not allow' }
  }
  if (name === 'TimeoutError') return { kind: 'failed', reason: `no complete answer within ${timeoutMs} ms` }
  if (name === 'AbortError') return { kind: 'failed', reason: 'the call was given up' }
  return { kind: 'failed', reason: REASONS[code] ?? `the exchange failed (${code || name})` }
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

/** @param ports `resolve` defaults to the operating system's resolver */
export const createEgress = (rules: EgressRules, ports: EgressPorts = {}): Egress => {
  const lookupChecked = checkedLookup(rules, ports.resolve ?? lookup)
  const options = { keepAlive: true, maxSockets: 64, scheduling: 'lifo', lookup: lookupChecked } as const
  const http = new HttpAgent(options)
  const https = new HttpsAgent({ ...options, ...(ports.ca === undefined ? {} : { ca: ports.ca }) })

  const exchange = (request: EgressRequest, signal: AbortSignal): Promise<EgressResponse> =>
    new Promise((resolve, reject) => {
      const isHttps = request.url.toLowerCase().startsWith('https:')
      const call = (isHttps ? httpsRequest : httpRequest)(request.url, {
        method: request.method,
        headers: toOutgoingHeaders(request),
        agent: isHttps ? https : http,
        signal,
      })
      call.on('error', reject)
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
