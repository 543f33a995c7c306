/** A connection to a NATS server: to an address that passed the check, over TLS where the URL says so, with an end to what it may send. */

import { isIP, isIPv6, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import {
  type ConnectionOptions,
  Kind,
  type NatsConnection,
  NatsConnectionImpl,
  Parser,
  type ServerInfo,
  setTransportFactory,
} from '@nats-io/transport-node'
// The package exports only a function that makes transports of its own, without a limit.
import { NodeTransport, nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js'
import { type EgressRules, resolveAllowed } from '../../base/egress-rules.ts'
import type { SinkPorts } from './sink.ts'

/** What a connection may receive beyond what it has sent: acknowledgements are shorter than what they acknowledge. */
const MAX_SURPLUS_BYTES = 1_000_000
const WATCH_MS = 10

/** Failures that only this connection has, with their sentences. */
export const NATS_PROBLEMS: Record<string, string> = {
  NATS_ENDLESS_ANSWER: 'the server sent more than there was to answer',
  NATS_GARBAGE: 'the server sent something that is not NATS',
  NATS_TLS_REQUIRED: 'the server requires TLS: use an address that begins with tls://',
  NATS_WANTS_CERTIFICATE: 'the server asks for a certificate of its clients, which streams do not have',
}

const failure = (code: keyof typeof NATS_PROBLEMS): NodeJS.ErrnoException =>
  Object.assign(new TypeError(NATS_PROBLEMS[code]), { code })

/** Hangs up on a server that goes on and on: the client would keep all of it until a line or a message is complete. */
const limit = (transport: NodeTransport): void => {
  const watch = setInterval(() => {
    const { socket }: { readonly socket?: Socket } = transport
    if (!socket || socket.destroyed) return clearInterval(watch)
    if (socket.bytesRead > MAX_SURPLUS_BYTES + socket.bytesWritten) socket.destroy(failure('NATS_ENDLESS_ANSWER'))
  }, WATCH_MS)
  watch.unref()
}

/** Throws for bytes at which the client's own parser would stop, after printing them to standard output. */
const createCheck = (): Parser =>
  new Parser({
    push: event => {
      if ('kind' in event && event.kind === Kind.INFO) JSON.parse(new TextDecoder().decode(event.data))
    },
  })

class LimitedTransport extends NodeTransport {
  override async dial(target: { readonly hostname: string; readonly port: number }): Promise<Socket> {
    this.socket = await super.dial(target)
    limit(this)
    return this.socket
  }

  override async peekInfo(): Promise<ServerInfo> {
    const info = await super.peekInfo()
    // Said here, as what TLS makes of it depends on who is faster.
    if (info.tls_verify) throw failure('NATS_WANTS_CERTIFICATE')
    return info
  }

  override async startTLS(): Promise<TLSSocket> {
    if (this.options.tls === null) throw failure('NATS_TLS_REQUIRED')
    return await super.startTLS()
  }

  override async *iterate(): AsyncIterableIterator<Uint8Array> {
    const check = createCheck()
    for await (const chunk of super.iterate()) {
      try {
        check.parse(chunk)
      } catch {
        this.socket.destroy(failure('NATS_GARBAGE'))
        return
      }
      yield chunk
    }
  }
}

const DEFAULT_PORT = '4222'

export interface NatsAddress {
  readonly host: string
  readonly port: string
}

/** Host and port of a `nats:` or `tls:` URL; an IPv6 address is in brackets. Undefined when it is none. */
export const natsAddress = (natsUrl: string): NatsAddress | undefined => {
  // A URL of a scheme that URL does not know still has a host and a port.
  const url = URL.parse(natsUrl.replace(/^\w+:/, 'http:'))
  return url ? { host: url.hostname, port: url.port || (natsUrl.endsWith(':80') ? '80' : DEFAULT_PORT) } : undefined
}

/**
 * The certificate is compared with the host of the URL, not with the address that it resolved to. An address is no
 * server name (RFC 6066 section 3) and goes by another option.
 */
const expectHost = (host: string): NonNullable<ConnectionOptions['tls']> => {
  const expected = isIP(host) ? { servername: '', host } : { servername: host }
  const options = { handshakeFirst: false, ...expected }
  return options // handed on to TLS whole, which the type does not say
}

/**
 * Connects. The server's list of its cluster is ignored, because those addresses would be connected to unchecked; for
 * the same reason the client does not reconnect by itself.
 *
 * Rejects with what `resolveAllowed`, the socket, TLS or the client raise, or with a code of `NATS_PROBLEMS`.
 */
export const openNatsConnection = async (
  natsUrl: string,
  authentication: ConnectionOptions,
  { rules, resolve, timeoutMs }: Pick<SinkPorts, 'resolve' | 'timeoutMs'> & { readonly rules: EgressRules },
): Promise<NatsConnection> => {
  const target = natsAddress(natsUrl)
  if (!target) throw new TypeError('the URL was checked when it was stored')
  const host = target.host.replace(/^\[|\]$/g, '')
  const [{ address }] = await resolveAllowed(host, rules, resolve)
  setTransportFactory({ factory: () => new LimitedTransport(), dnsResolveFn: nodeResolveHost })
  return await NatsConnectionImpl.connect({
    servers: `${isIPv6(address) ? `[${address}]` : address}:${target.port}`,
    name: 'experiment-center',
    timeout: timeoutMs,
    reconnect: false,
    ignoreClusterUpdates: true,
    resolve: false,
    tls: natsUrl.startsWith('tls:') ? expectHost(host) : null,
    ...authentication,
  })
}
