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
  /** The setting by which an operator permits what these rules refuse; a refusal names it. */
  readonly setting?: string | undefined
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

/** A name that led to an address which the rules forbid. */
class ForbiddenAddress extends TypeError {
  readonly code = FORBIDDEN_ADDRESS
  /** The end of the sentence "the address …". */
  readonly refusal: string

  constructor(refusal: string) {
    super(FORBIDDEN_ADDRESS)
    this.refusal = refusal
  }
}

const isAllowed = (address: string, rules: EgressRules): boolean => {
  const kind = addressKind(address)
  return kind === 'public' || (kind === 'local' && rules.allowLocalAddresses)
}

/** @param permits completes "; the setting can permit …"; empty where no setting can */
const refusal = (problem: string, { setting }: EgressRules, permits: string): string =>
  setting && permits ? `${problem}; ${setting} can permit ${permits}` : problem

/** @param isLocal of what a setting may permit */
const notPublic = (rules: EgressRules, isLocal: boolean): string =>
  refusal('is not on the public internet', rules, isLocal ? 'it' : '')

/** Why a connection without TLS may not be made, in the same form; undefined when it may. */
export const insecureRefusal = (problem: string, rules: EgressRules): string | undefined =>
  rules.allowInsecureHttp ? undefined : refusal(problem, rules, 'connections without TLS')

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new TypeError(code), { code })

/**
 * The addresses of a name, numeric or not, all of them allowed. A caller that connects to what this returns, and to nothing
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
      const forbidden = [first, ...others].filter(({ address }) => !isAllowed(address, rules))
      if (forbidden.length === 0) return fulfil([first, ...others])
      const isLocal = forbidden.every(({ address }) => addressKind(address) === 'local')
      return reject(new ForbiddenAddress(notPublic(rules, isLocal)))
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
  if (isIP(bare)) return isAllowed(bare, rules) ? undefined : notPublic(rules, addressKind(bare) === 'local')
  return rules.allowLocalAddresses || !/(^|\.)localhost\.?$/i.test(bare) ? undefined : notPublic(rules, true)
}

/** Why a URL may not be called, in the same form. */
export const refusalOf = (url: string, rules: EgressRules): string | undefined => {
  const parsed = URL.parse(url)
  if (!parsed) return 'is not a URL'
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && rules.allowInsecureHttp)) {
    if (rules.allowInsecureHttp) return 'must start with https:// or http://'
    return parsed.protocol === 'http:' ? insecureRefusal('must start with https://', rules) : 'must start with https://'
  }
  if (parsed.username || parsed.password) return 'must not contain a user name or a password'
  return hostRefusal(parsed.hostname, rulesFor(parsed, rules))
}

/** Code of the error for a server that answers with another protocol (RFC 9110 section 15.2.2). */
export const SWITCHED_PROTOCOLS = 'switched-protocols'

const UNTRUSTED = 'the certificate is not trusted; NODE_EXTRA_CA_CERTS can name its authority'

const REASONS: Record<string, string> = {
  [SWITCHED_PROTOCOLS]: 'it switched to another protocol',
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name cannot be resolved at the moment',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed before the answer was complete',
  EPIPE: 'the connection was closed before the answer was complete',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed; NODE_EXTRA_CA_CERTS can name it',
  SELF_SIGNED_CERT_IN_CHAIN:
    'the certificate chain ends in a self-signed certificate; NODE_EXTRA_CA_CERTS can name that',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  CERT_HAS_EXPIRED: 'the certificate has expired',
}

/** A sentence for the customer about a connection that failed; it names no address that a name resolved to. */
export const connectionProblem = (error: unknown): { readonly code: string; readonly reason: string } => {
  if (error instanceof ForbiddenAddress) return { code: error.code, reason: `the address ${error.refusal}` }
  const { name, code = '' } = error as NodeJS.ErrnoException // what sockets, streams and resolvers raise
  return { code, reason: REASONS[code] ?? `the exchange failed (${code || name})` }
}
