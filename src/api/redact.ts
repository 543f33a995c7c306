/** Replaces secrets in bodies before they are logged. */

import { isJsonObject } from '../base/json.ts'
import { SINKS } from '../logs/sinks/index.ts'

/** Keys whose values never enter the log, wherever they stand; compared in lower case. */
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
  ...Object.values(SINKS).flatMap(({ secrets }) => Object.keys(secrets).map(field => field.toLowerCase())),
])

const REPLACEMENT = '[redacted]'

/** A copy in which the value of every redacted key is replaced, whole. */
export const redact = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(redact)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      REDACTED_KEYS.has(key.toLowerCase()) ? REPLACEMENT : redact(item),
    ]),
  )
}
