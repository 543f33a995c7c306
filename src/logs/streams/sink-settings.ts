/** A sink's settings in three forms: as the caller gives them, as they are kept, and as they are shown. */

import type { EgressRules } from '../../base/egress-rules.ts'
import { isJsonObject, type Json, type JsonObject, jsonEquals, parseJson } from '../../base/json.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantId } from '../../model/ids.ts'
import type { SecretKind, Sink } from '../sinks/sink.ts'

/** What is kept of settings: the open part can be read by anybody who can read the database. */
export interface KeptSettings {
  readonly open: JsonObject
  readonly sealed: string
}

/** Where the secrets of a stream are kept; they open only there. */
const contextOf = (tenantId: TenantId, streamId: string): string => `log_streams/${tenantId}/${streamId}/secrets`

const pick = (settings: JsonObject, wants: (field: string) => boolean): JsonObject =>
  Object.fromEntries(Object.entries(settings).filter(([field]) => wants(field)))

/** Takes settings apart into the open and the sealed part. */
export const keepSettings = (
  sink: Sink,
  settings: JsonObject,
  { box, tenantId, streamId }: { readonly box: SecretBox; readonly tenantId: TenantId; readonly streamId: string },
): KeptSettings => {
  const isSecret = (field: string): boolean => Object.hasOwn(sink.secrets, field)
  const secrets = pick(settings, isSecret)
  return {
    open: pick(settings, field => !isSecret(field)),
    sealed: box.seal(JSON.stringify(secrets), contextOf(tenantId, streamId)),
  }
}

/**
 * Puts settings together again.
 *
 * @throws UnsealError when the secrets do not open
 */
export const openSettings = (
  { open, sealed }: KeptSettings,
  { box, tenantId, streamId }: { readonly box: SecretBox; readonly tenantId: TenantId; readonly streamId: string },
): JsonObject => {
  const secrets = parseJson(box.open(sealed, contextOf(tenantId, streamId)))
  return isJsonObject(secrets) ? { ...open, ...(secrets as JsonObject) } : open // what was sealed was JSON
}

const STARS = '********'
/** Of a token that is at least three times as long as what is shown of it. */
const SHOWN = 4

const maskToken = (value: string): string => STARS + (value.length >= SHOWN * 3 ? value.slice(-SHOWN) : '')

/** The host tells where it goes; the path is the credential. */
const maskAddress = (value: string): string => {
  const url = URL.parse(value)
  return url ? `${url.origin}/${STARS}` : STARS
}

const maskHeaders = (value: Json): Json =>
  Array.isArray(value) ? value.map(entry => ({ ...entry, value: maskToken(String(entry.value)) })) : []

const MASKS: Record<SecretKind, (value: Json) => Json> = {
  token: value => maskToken(String(value)),
  address: value => maskAddress(String(value)),
  headers: maskHeaders,
}

/** The settings as the API returns them: no secret is whole. */
export const showSettings = (sink: Sink, settings: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(settings).map(([field, value]) => {
      const kind = sink.secrets[field]
      return [field, kind ? MASKS[kind](value) : value]
    }),
  )

/** True when what is kept is, in whole or in part, a secret that the change did not repeat. */
const holdsOld = (after: Json | undefined, before: Json | undefined, given: Json | undefined): boolean => {
  if (after === undefined || before === undefined) return false
  if (!Array.isArray(after) || !Array.isArray(given)) return after === before && given !== before
  return after.some((entry, index) => !jsonEquals(entry, given[index]))
}

/** Headers are told apart by their names. */
const sameHeaders = (given: Json, before: Json | undefined): Json => {
  if (!Array.isArray(given) || !Array.isArray(before)) return given
  return given.map(entry => {
    const known = before.find(old => old.header === entry.header)
    return known && entry.value === maskToken(String(known.value)) ? known : entry
  })
}

/** Judging is done elsewhere: here only the servers count. */
const ANY: EgressRules = { allowInsecureHttp: true, allowLocalAddresses: true }

const serversOf = (sink: Sink, settings: JsonObject): string =>
  sink.schema.safeParse(settings).success
    ? sink
        .addresses(settings, ANY)
        .map(({ server }) => server)
        .join(' ')
    : ''

export interface ChangedSettings {
  readonly settings: JsonObject
  /** Secrets that were kept although their server is another now; the change must be refused. */
  readonly carriedAway: readonly string[]
}

/**
 * What a change of the settings means: they are replaced, except that a secret which is left out, or comes back as
 * it was shown, stays as it is. An empty text removes a secret that is optional. Whoever may change a stream
 * without knowing its secrets must not be able to have them sent to a server of his.
 */
export const changeSettings = (sink: Sink, before: JsonObject, given: JsonObject): ChangedSettings => {
  const after: Record<string, Json> = { ...given }
  for (const [field, kind] of Object.entries(sink.secrets)) {
    const old = before[field]
    const value = given[field]
    if (value === '') delete after[field]
    else if (value !== undefined && kind === 'headers') after[field] = sameHeaders(value, old)
    else if (old !== undefined && (value === undefined || value === MASKS[kind](old))) after[field] = old
  }
  const isMoved = serversOf(sink, before) !== serversOf(sink, after)
  const kept = Object.keys(sink.secrets).filter(field => holdsOld(after[field], before[field], given[field]))
  return { settings: after, carriedAway: isMoved ? kept : [] }
}
