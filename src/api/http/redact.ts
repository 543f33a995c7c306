/** Replaces secrets in bodies before they are logged. */

import { isJsonObject } from '../../base/json.ts'
import { SINKS } from '../../logs/sinks/index.ts'
import type { SecretKind } from '../../logs/sinks/sink.ts'
import { SECRET_KINDS } from '../../logs/streams/secret-kinds.ts'

const SINK_SECRETS: readonly (readonly [key: string, kind: SecretKind])[] = Object.values(SINKS).flatMap(
  ({ secrets }) => Object.entries(secrets).map(([field, kind]) => [field.toLowerCase(), kind] as const),
)

const isAddress = (kind: SecretKind): boolean => kind === 'address' || kind === 'query'

/** Keys whose values never enter the log, at any depth; compared in lower case. */
export const REDACTED_KEYS: ReadonlySet<string> = new Set([
  'access_token',
  'api_key',
  'apikey',
  'authorization',
  'client_assertion',
  'client_secret',
  'credentials',
  'id_token',
  'new_password',
  'password',
  'password_hash',
  'private_key',
  'refresh_token',
  'secret',
  'secrets',
  'signing_key',
  'token',
  'totp_secret',
  ...SINK_SECRETS.filter(([, kind]) => !isAddress(kind)).map(([key]) => key),
])

/** Keys of addresses of which a part is secret: the log says where a stream was sent to. */
export const ADDRESS_KEYS: ReadonlyMap<string, SecretKind> = new Map(SINK_SECRETS.filter(([, kind]) => isAddress(kind)))

const REPLACEMENT = '[redacted]'

const redactMember = (key: string, value: unknown): unknown => {
  const name = key.toLowerCase()
  if (REDACTED_KEYS.has(name)) return REPLACEMENT
  const kind = ADDRESS_KEYS.get(name)
  if (kind === undefined) return redact(value)
  return typeof value === 'string' ? SECRET_KINDS[kind].mask(value) : REPLACEMENT
}

/** A copy in which the value of every redacted key is replaced, whole, and of addresses their secret part. */
export const redact = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(redact)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactMember(key, item)]))
}
