/** The sink `nats`: a JetStream stream on a NATS server. */

import { isIPv6 } from 'node:net'
import { type JetStreamClient, jetstream } from '@nats-io/jetstream'
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  errors,
  type NatsConnection,
} from '@nats-io/transport-node'
import { z } from 'zod'
import {
  connectionProblem,
  type EgressRules,
  FORBIDDEN_ADDRESS,
  hostRefusal,
  resolveAllowed,
} from '../../base/egress-rules.ts'
import { envelope, toItem } from './item.ts'
import { defineSink, type Item, type OpenSink, type SendResult, type SinkPorts } from './sink.ts'

/** The server's default `max_payload` is 1 MB, headers included. */
const MAX_EVENT_BYTES = 900_000

const secret = z
  .string()
  .max(256)
  .regex(/^\P{Cc}*$/u, 'must be one line')

const schema = z.strictObject({
  natsUrl: z
    .string()
    .max(300)
    .regex(/^(nats|tls):\/\/[^/?#@\s\p{Cc}]+$/u, 'must be nats://host:port or tls://host:port'),
  natsSubject: z
    .string()
    .max(200)
    .regex(/^[\w-]+(\.[\w-]+)*$/, 'must be words joined by dots, without wildcards'),
  natsToken: secret.optional(),
  natsUsername: secret.optional(),
  natsPassword: secret.optional(),
  /** The text of a credentials file. */
  natsCredentials: z
    .string()
    .max(16_384)
    .regex(/^[\x20-\x7e\r\n]*$/, 'must be the text of a credentials file')
    .optional(),
})

type Settings = z.infer<typeof schema>

const DEFAULT_PORT = '4222'

/** An URL of a scheme that URL does not know still has a host and a port. */
const hostAndPort = (natsUrl: string): { readonly host: string; readonly port: string } | undefined => {
  const url = URL.parse(natsUrl.replace(/^\w+:/, 'http:'))
  return url ? { host: url.hostname, port: url.port || (natsUrl.endsWith(':80') ? '80' : DEFAULT_PORT) } : undefined
}

const refusalOf = (natsUrl: string, rules: EgressRules): string | undefined => {
  const target = hostAndPort(natsUrl)
  if (!target) return 'is not a URL'
  if (!natsUrl.startsWith('tls:') && !rules.allowInsecureHttp) return 'must start with tls://'
  return hostRefusal(target.host, rules)
}

const authenticationOf = (settings: Settings): ConnectionOptions => ({
  ...(settings.natsToken ? { token: settings.natsToken } : {}),
  ...(settings.natsUsername ? { user: settings.natsUsername, pass: settings.natsPassword ?? '' } : {}),
  ...(settings.natsCredentials
    ? { authenticator: credsAuthenticator(new TextEncoder().encode(settings.natsCredentials)) }
    : {}),
})

/** The client hands its options on to TLS: without the name, the certificate would be compared with the address. */
const withServerName = (servername: string): NonNullable<ConnectionOptions['tls']> => {
  const options = { handshakeFirst: false, servername }
  return options
}

/**
 * Connects to the address that passed the check. The server's list of its cluster is ignored, because those addresses
 * would be connected to unchecked; for the same reason the client does not reconnect by itself.
 */
const openConnection = async (
  settings: Settings,
  { rules, resolve, timeoutMs }: SinkPorts,
): Promise<NatsConnection> => {
  const target = hostAndPort(settings.natsUrl)
  if (!target) throw new TypeError('the URL was checked when it was stored')
  const host = target.host.replace(/^\[|\]$/g, '')
  const [{ address }] = await resolveAllowed(host, rules, resolve)
  return connect({
    servers: `${isIPv6(address) ? `[${address}]` : address}:${target.port}`,
    name: 'experiment-center',
    timeout: timeoutMs,
    reconnect: false,
    ignoreClusterUpdates: true,
    resolve: false,
    tls: settings.natsUrl.startsWith('tls:') ? withServerName(host) : null,
    ...authenticationOf(settings),
  })
}

const isRefusal = (error: unknown): boolean =>
  error instanceof errors.AuthorizationError ||
  error instanceof errors.PermissionViolationError ||
  error instanceof errors.InvalidArgumentError

/** The client wraps what happened; the innermost cause that says more is the one to show. */
const toResult = (error: unknown, delivered: number): SendResult => {
  if (error instanceof Error && error.name === 'JetStreamNotEnabled') {
    return { kind: 'rejected', reason: 'No JetStream stream of the server takes this subject.', delivered }
  }
  if (isRefusal(error)) return { kind: 'rejected', reason: `NATS refused: ${(error as Error).message}.`, delivered } // by isRefusal
  if (error instanceof errors.TimeoutError) return { kind: 'retry', reason: 'NATS did not answer in time.', delivered }
  const { code } = connectionProblem(error)
  const kind = code === FORBIDDEN_ADDRESS ? 'rejected' : 'retry'
  const reason = code ? connectionProblem(error).reason : error instanceof Error ? error.message : 'the exchange failed'
  return { kind, reason: `NATS: ${reason}.`.slice(0, 300), delivered }
}

/** Publishes without waiting for each answer; the server takes the messages of a connection in their order. */
const publish = async (
  client: JetStreamClient,
  subject: string,
  batch: readonly Item[],
  timeout: number,
): Promise<SendResult> => {
  const answers = await Promise.allSettled(
    batch.map(({ logId, type, text }) =>
      // The id lets the server drop a repetition within its duplicate window.
      client.publish(`${subject}.${type || 'unknown'}`, text, { msgID: logId, timeout }),
    ),
  )
  const failed = answers.findIndex(({ status }) => status === 'rejected')
  const answer = answers[failed]
  return answer?.status === 'rejected' ? toResult(answer.reason, failed) : { kind: 'accepted' }
}

const openNats = (settings: Settings, ports: SinkPorts): OpenSink => {
  let connection: NatsConnection | undefined
  const connected = async (): Promise<NatsConnection> => {
    if (!connection || connection.isClosed()) connection = await openConnection(settings, ports)
    return connection
  }
  return {
    encode: event => toItem(event, envelope, MAX_EVENT_BYTES),
    async send(batch) {
      try {
        return await publish(jetstream(await connected()), settings.natsSubject, batch, ports.timeoutMs)
      } catch (error) {
        return toResult(error, 0)
      }
    },
    async close() {
      await connection?.close()
    },
  }
}

export const nats = defineSink({
  type: 'nats',
  doc: 'NATS JetStream: the envelope, on the subject followed by the type of the event, deduplicated by `Nats-Msg-Id`.',
  schema,
  secrets: { natsToken: 'token', natsPassword: 'token', natsCredentials: 'token' },
  limits: { maxEvents: 500, maxBytes: 4_000_000 },
  addresses: ({ natsUrl }, rules) => [{ field: 'natsUrl', server: natsUrl, refusal: refusalOf(natsUrl, rules) }],
  open: openNats,
})
