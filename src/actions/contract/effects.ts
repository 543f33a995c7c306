/** Everything that an Action can ask of its host: a closed union that the host applies after the run. */

import type { Json, JsonObject } from '../../base/json.ts'

/** A kind of second factor, and the wishes for it; unknown types are the host's to ignore. */
export interface Factor {
  readonly type: string
  readonly options?: JsonObject
}

/** The login or the sign-up does not go on after this Action; what else was asked for still applies. */
interface Ending {
  readonly ends: true
}

/** The run waits for the browser to come back. */
interface Suspending {
  readonly suspends: true
}

export type Effect =
  | ({ readonly kind: 'access_denied'; readonly reason: string; readonly user_message?: string } & Ending)
  | ({ readonly kind: 'validation_failed'; readonly code: string; readonly message: string } & Ending)
  | ({
      readonly kind: 'session_revoked'
      readonly reason: string
      readonly preserve_refresh_tokens: boolean
    } & Ending)
  | ({ readonly kind: 'refresh_token_revoked'; readonly reason: string } & Ending)
  /** `url` is complete but for the `state` that the host adds. */
  | ({ readonly kind: 'redirect'; readonly url: string } & Suspending)
  /** `any`: the user picks from a list; `first`: the first factor is shown, the others are the alternatives. */
  | ({ readonly kind: 'challenge'; readonly choose: 'first' | 'any'; readonly factors: readonly Factor[] } & Suspending)
  | ({
      readonly kind: 'enrollment'
      readonly choose: 'first' | 'any'
      readonly factors: readonly Factor[]
    } & Suspending)
  | { readonly kind: 'access_token_claim'; readonly name: string; readonly value: Json }
  | { readonly kind: 'id_token_claim'; readonly name: string; readonly value: Json }
  | { readonly kind: 'scope_added'; readonly scope: string }
  | { readonly kind: 'scope_removed'; readonly scope: string }
  /** Deferred to the end of the flow; the last one counts, and `none` cancels. */
  | {
      readonly kind: 'multifactor'
      readonly provider: string
      readonly allow_remember_browser: boolean
      readonly provider_options?: JsonObject
    }
  | { readonly kind: 'method_recorded'; readonly url: string }
  | { readonly kind: 'primary_user'; readonly user_id: string }
  /** `null` removes the property. */
  | { readonly kind: 'user_metadata'; readonly key: string; readonly value: Json }
  | { readonly kind: 'app_metadata'; readonly key: string; readonly value: Json }
  /** Times are in milliseconds since 1970; of several, the earliest counts. */
  | { readonly kind: 'session_expiry'; readonly expires_at: number }
  | { readonly kind: 'session_idle_expiry'; readonly idle_expires_at: number }
  /** The last one counts. */
  | { readonly kind: 'session_cookie_mode'; readonly mode: 'persistent' | 'non-persistent' }
  | { readonly kind: 'refresh_token_expiry'; readonly expires_at: number }
  | { readonly kind: 'refresh_token_idle_expiry'; readonly idle_expires_at: number }
  | { readonly kind: 'cache_set'; readonly key: string; readonly value: string; readonly expires_at: number }
  | { readonly kind: 'cache_deleted'; readonly key: string }
  /** `null` removes the property. */
  | { readonly kind: 'transaction_metadata'; readonly key: string; readonly value: string | number | boolean | null }

export type EffectKind = Effect['kind']
