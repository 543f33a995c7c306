/** What a request says of its sender: address, host name, browser, SDK. */

import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { isJsonObject, type JsonObject, jsonByteLength, parseJson } from '../../base/json.ts'

/** IPv4 addresses that a dual-stack socket shows as IPv6 are written as IPv4. */
const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

/**
 * The sender's address: the socket's peer, or, behind proxies that append to `X-Forwarded-For`, the entry that the
 * outermost trusted proxy wrote. What stands further left was sent by the client and can be anything.
 */
export const clientAddress = (request: IncomingMessage, trustedProxyHops: number): string => {
  const peer = withoutMapping(request.socket.remoteAddress ?? '')
  if (trustedProxyHops === 0) return peer
  const header = request.headers['x-forwarded-for']
  const chain = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map(entry => entry.trim())
  const candidate = chain.at(-trustedProxyHops) ?? ''
  return isIP(candidate) ? withoutMapping(candidate) : peer
}

const HOSTNAME = /^(\[[\da-f:.]+\]|[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?)(?::\d{1,5})?$/i

/** Host name in lower case without the port; empty when the header is absent or malformed. */
export const requestHostname = (request: IncomingMessage): string =>
  HOSTNAME.exec(request.headers.host ?? '')?.[1]?.toLowerCase() ?? ''

const MAX_AUTH0_CLIENT = 1_024

/** The `Auth0-Client` header or query parameter, which SDKs fill with base64 of their name and version. */
export const auth0Client = (encoded: string | undefined): JsonObject | undefined => {
  if (!encoded || encoded.length > MAX_AUTH0_CLIENT) return undefined
  const value = parseJson(Buffer.from(encoded, 'base64').toString('utf8'))
  return isJsonObject(value) && jsonByteLength(value) <= MAX_AUTH0_CLIENT ? (value as JsonObject) : undefined // parsed from JSON
}

/** A header as one string. */
export const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
