/** Which addresses an outgoing connection may go to, judged at the moment when it is opened. */

import { type LookupAddress, lookup } from 'node:dns'
import { isIP } from 'node:net'
import { addressKind } from './address-kind.ts'

export interface EgressRules {
  /** Permits connections without TLS, such as `http:` beside `https:`. */
  readonly allowInsecureHttp: boolean
  /** Permits loopback and private addresses; link-local ones, where cloud metadata lives, stay refused. */
  readonly allowLocalAddresses: boolean
  /** `host:port` of the servers to which that permission is given alone, as a URL writes the host. */
  readonly localHosts?: ReadonlySet<string> | undefined
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

/** The rules for one address: a host that is named with its port may be local, and nothing else of the rules changes. */
export const rulesFor = ({ hostname, port, protocol }: URL, rules: EgressRules): EgressRules => {
  const isNamed = rules.localHosts?.has(`${hostname}:${port || DEFAULT_PORTS[protocol]}`)
  return isNamed ? { ...rules, allowLocalAddresses: true } : rules
}

/** A resolver in the shape of `dns.lookup`, for all addresses of a name. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** The operating system's resolver. */
export const systemResolve: Resolve = (hostname, options, done) => lookup(hostname, options, done)

export const FORBIDDEN_ADDRESS = 'EGRESS_FORBIDDEN_ADDRESS'

const isAllowed = (address: string, rules: EgressRules): boolean => {
  const kind = addressKind(address)
  return kind === 'public' || (kind === 'local' && rules.allowLocalAddresses)
}

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new TypeError(code), { code })

/**
 * The addresses of a name, numeric or not, all of them allowed. Whoever connects to what this returns, and to nothing
 * else, leaves no gap between check and use. One forbidden address condemns the name: a name with both kinds
 * is an attempt to slip through.
 *
 * Rejects with the code `EGRESS_FORBIDDEN_ADDRESS`, or with the resolver's error.
 */
export const resolveAllowed = (
  hostname: string,
  rules: EgressRules,
  resolve: Resolve,
): Promise<readonly [LookupAddress, ...LookupAddress[]]> =>
  new Promise((fulfil, reject) => {
    resolve(hostname, { all: true }, (error, addresses) => {
      const [first, ...others] = addresses ?? []
      if (error || !first) return reject(error ?? failure('ENOTFOUND'))
      const isFine = [first, ...others].every(({ address }) => isAllowed(address, rules))
      return isFine ? fulfil([first, ...others]) : reject(failure(FORBIDDEN_ADDRESS))
    })
  })

/**
 * Why a host may not be connected to, as the end of the sentence "the address …"; undefined when it may, as far as
 * its text tells. A name is judged again, by what it resolves to, whenever a connection is opened.
 *
 * @param host as in a URL: a name, or a numeric address, an IPv6 one in brackets
 */
export const hostRefusal = (host: string, rules: EgressRules): string | undefined => {
  const bare = host.replace(/^\[|\]$/g, '')
  const isFine = isIP(bare) ? isAllowed(bare, rules) : rules.allowLocalAddresses || !/(^|\.)localhost\.?$/i.test(bare)
  return isFine ? undefined : 'is not on the public internet'
}

/** Why a URL may not be called, in the same form. */
export const refusalOf = (url: string, rules: EgressRules): string | undefined => {
  const parsed = URL.parse(url)
  if (!parsed) return 'is not a URL'
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && rules.allowInsecureHttp)) {
    return rules.allowInsecureHttp ? 'must start with https:// or http://' : 'must start with https://'
  }
  if (parsed.username || parsed.password) return 'must not contain a user name or a password'
  return hostRefusal(parsed.hostname, rulesFor(parsed, rules))
}

/** Code of the error for a server that answers with another protocol (RFC 9110 section 15.2.2). */
export const SWITCHED_PROTOCOLS = 'switched-protocols'

const REASONS: Record<string, string> = {
  [SWITCHED_PROTOCOLS]: 'it switched to another protocol',
  [FORBIDDEN_ADDRESS]: 'the address is not on the public internet',
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
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  CERT_HAS_EXPIRED: 'the certificate has expired',
}

/** A sentence for the customer about a connection that failed; it names no address that a name resolved to. */
export const connectionProblem = (error: unknown): { readonly code: string; readonly reason: string } => {
  const { name, code = '' } = error as NodeJS.ErrnoException // what sockets, streams and resolvers raise
  return { code, reason: REASONS[code] ?? `the exchange failed (${code || name})` }
}
