/** The sink `nats`: a JetStream stream on a NATS server. */

import { type JetStreamClient, jetstream } from '@nats-io/jetstream'
import { type ConnectionOptions, credsAuthenticator, errors, type NatsConnection } from '@nats-io/transport-node'
import { z } from 'zod'
import {
  connectionProblem,
  type EgressRules,
  FORBIDDEN_ADDRESS,
  hostRefusal,
  insecureRefusal,
} from '../../base/egress-rules.ts'
import { envelope, toItem } from './item.ts'
import { NATS_PROBLEMS, natsAddress, openNatsConnection } from './nats-connection.ts'
import { defineSink, type Item, type OpenSink, type SendResult, type SinkPorts } from './sink.ts'

/** The server's default `max_payload` is 1 MB, headers included. */
const MAX_EVENT_BYTES = 900_000

const secret = z
  .string()
  .max(256)
  .regex(/^\P{Cc}*$/u, 'must be one line')

/** A user's JWT and the seed of its key, each between two lines; the empty text removes them. */
const CREDENTIALS =
  /^$|^\s*-+BEGIN NATS USER JWT-+\s+[\w-]+\.[\w-]+\.[\w-]+\s+-+END [\x20-\x7e\r\n]*-BEGIN USER NKEY SEED-+\s+SU[A-Z2-7]{56}\s+-+END [\x20-\x7e\r\n]*$/

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
  natsCredentials: z.string().max(16_384).regex(CREDENTIALS, 'must be the text of a credentials file').optional(),
})

type Settings = z.infer<typeof schema>

const refusalOf = (natsUrl: string, rules: EgressRules): string | undefined => {
  const target = natsAddress(natsUrl)
  if (!target) return 'is not a URL'
  const insecure = natsUrl.startsWith('tls:') ? undefined : insecureRefusal('must start with tls://', rules)
  return insecure ?? hostRefusal(target.host, rules)
}

/** The client reads a file whose lines end as on Unix, the last one too. */
const credentialsFile = (text: string): Uint8Array => new TextEncoder().encode(`${text.replaceAll('\r\n', '\n')}\n`)

const authenticationOf = (settings: Settings): ConnectionOptions => ({
  ...(settings.natsToken ? { token: settings.natsToken } : {}),
  ...(settings.natsUsername ? { user: settings.natsUsername, pass: settings.natsPassword ?? '' } : {}),
  ...(settings.natsCredentials ? { authenticator: credsAuthenticator(credentialsFile(settings.natsCredentials)) } : {}),
})

/** Only a change of the settings or of the server helps. */
const REFUSALS = [
  errors.AuthorizationError,
  errors.UserAuthenticationExpiredError,
  errors.PermissionViolationError,
  errors.InvalidArgumentError,
]

const HOPELESS: ReadonlySet<string> = new Set([FORBIDDEN_ADDRESS, 'NATS_TLS_REQUIRED', 'NATS_WANTS_CERTIFICATE'])

/** The client wraps what happened; the innermost cause that says more is the one to show. */
const toResult = (error: unknown, delivered: number): SendResult => {
  if (error instanceof Error && error.name === 'JetStreamNotEnabled') {
    return { kind: 'rejected', reason: 'No JetStream stream of the server takes this subject.', delivered }
  }
  if (REFUSALS.some(Refusal => error instanceof Refusal)) {
    return { kind: 'rejected', reason: `NATS refused: ${(error as Error).message}.`, delivered } // all of them are errors
  }
  if (error instanceof errors.TimeoutError) return { kind: 'retry', reason: 'NATS did not answer in time.', delivered }
  const { code, reason } = connectionProblem(error)
  const kind = HOPELESS.has(code) ? 'rejected' : 'retry'
  const message = error instanceof Error ? error.message : 'the exchange failed'
  return { kind, reason: `NATS: ${NATS_PROBLEMS[code] ?? (code ? reason : message)}.`, delivered }
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

const MAX_REASON = 300
/** Shorter ones would be found in ordinary words. */
const MIN_SECRET = 4

/** A reason may hold words of the server, to which the secrets were told. */
const withoutSecrets = (result: SendResult, settings: Settings): SendResult => {
  if (result.kind === 'accepted') return result
  const { natsToken = '', natsPassword = '', natsCredentials = '' } = settings
  const reason = [natsToken, natsPassword, ...natsCredentials.split(/\s+/)]
    .filter(secret => secret.length >= MIN_SECRET && !/^-*(BEGIN|END|NATS|USER|NKEY|JWT|SEED)\b/.test(secret))
    .reduce((text, secret) => text.replaceAll(secret, '********'), result.reason)
  return { ...result, reason: reason.slice(0, MAX_REASON) }
}

const GIVEN_UP: SendResult = { kind: 'retry', reason: 'NATS: the call was given up.', delivered: 0 }

const openNats = (settings: Settings, ports: SinkPorts): OpenSink => {
  let connection: NatsConnection | undefined
  let isOver = false
  const connected = async (): Promise<NatsConnection> => {
    if (connection?.isClosed() === false) return connection
    const fresh = await openNatsConnection(settings.natsUrl, authenticationOf(settings), ports)
    connection = fresh
    if (isOver) await fresh.close()
    return fresh
  }
  const publishAll = async (batch: readonly Item[]): Promise<SendResult> => {
    try {
      return await publish(jetstream(await connected()), settings.natsSubject, batch, ports.timeoutMs)
    } catch (error) {
      return toResult(error, 0)
    }
  }
  return {
    encode: event => toItem(event, envelope, MAX_EVENT_BYTES),
    async send(batch, signal) {
      const givenUp = Promise.withResolvers<SendResult>()
      const giveUp = (): void => givenUp.resolve(GIVEN_UP)
      signal.addEventListener('abort', giveUp, { once: true })
      if (signal.aborted) giveUp()
      const result = await Promise.race([givenUp.promise, publishAll(batch)])
      signal.removeEventListener('abort', giveUp)
      return withoutSecrets(result, settings)
    },
    /** Does not wait for a connection that is still being opened: it is closed as soon as it is there. */
    async close() {
      isOver = true
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
