/** A sink's settings in three forms: as the caller gives them, as they are kept, and as they are shown. */

import type { EgressRules } from '../../base/egress-rules.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../base/json.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Sink } from '../sinks/sink.ts'
import { SECRET_KINDS } from './secret-kinds.ts'

/** What is kept of settings: the open part is readable in the database. */
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

/** The settings as the API returns them: no secret is whole. */
export const showSettings = (sink: Sink, settings: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(settings).map(([field, value]) => {
      const kind = sink.secrets[field]
      return [field, kind ? SECRET_KINDS[kind].mask(value) : value]
    }),
  )

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
 * it was shown, stays as it is. An empty text removes a secret that is optional. A caller who may change a stream
 * without knowing its secrets must not be able to have them sent to another server.
 */
export const changeSettings = (sink: Sink, before: JsonObject, given: JsonObject): ChangedSettings => {
  const after: Record<string, Json> = { ...given }
  const kept: string[] = []
  for (const [field, kind] of Object.entries(sink.secrets)) {
    const { merge, holdsOld } = SECRET_KINDS[kind]
    const [old, value] = [before[field], given[field]]
    const merged = value === undefined ? old : merge(value, old)
    if (value === '' || merged === undefined) delete after[field]
    else {
      after[field] = merged
      if (old !== undefined && holdsOld(merged, old, value)) kept.push(field)
    }
  }
  const isMoved = serversOf(sink, before) !== serversOf(sink, after)
  return { settings: after, carriedAway: isMoved ? kept : [] }
}
