/** The table of what each effect of an Action does to the login. */

import type { Effect, EffectKind } from '../../actions/contract/effects.ts'
import type { Json } from '../../base/json.ts'
import type { LoginPlan } from '../transaction/login-plan.ts'

/** What a run leads to: the login's plan, and what is written once when the last Action is done. */
export interface EffectTarget {
  readonly plan: LoginPlan
  /** By name; null removes. */
  readonly userMetadata: Map<string, Json>
  readonly appMetadata: Map<string, Json>
  /** Addresses of an Action's own methods of authentication. */
  readonly recordedMethods: Set<string>
  primaryUserId: string | undefined
}

export const createEffectTarget = (plan: LoginPlan): EffectTarget => ({
  plan,
  userMetadata: new Map(),
  appMetadata: new Map(),
  recordedMethods: new Set(),
  primaryUserId: undefined,
})

type Apply<Kind extends EffectKind> = (target: EffectTarget, effect: Extract<Effect, { readonly kind: Kind }>) => void

const earlier = (known: number | undefined, asked: number): number => Math.min(known ?? asked, asked)

/** These say how the run ended; the login ends or waits because of the run's outcome. */
const BY_OUTCOME = (): void => {}

/** The run's own memory, which the runner has kept already. */
const BY_RUN = (): void => {}

export const EFFECTS: { readonly [Kind in EffectKind]: Apply<Kind> } = {
  access_denied: BY_OUTCOME,
  validation_failed: BY_OUTCOME,
  redirect: BY_OUTCOME,
  challenge: BY_OUTCOME,
  enrollment: BY_OUTCOME,
  cache_set: BY_RUN,
  cache_deleted: BY_RUN,
  transaction_metadata: BY_RUN,
  session_revoked({ plan }, { preserve_refresh_tokens }) {
    plan.revoked.session = preserve_refresh_tokens ? 'alone' : 'with-refresh-tokens'
  },
  refresh_token_revoked({ plan }) {
    plan.revoked.refreshToken = true
  },
  access_token_claim({ plan }, { name, value }) {
    plan.tokens.accessTokenClaims[name] = value
  },
  id_token_claim({ plan }, { name, value }) {
    plan.tokens.idTokenClaims[name] = value
  },
  scope_added({ plan }, { scope }) {
    plan.tokens.scopes[scope] = 'added'
  },
  scope_removed({ plan }, { scope }) {
    plan.tokens.scopes[scope] = 'removed'
  },
  multifactor({ plan }, { provider, allow_remember_browser }) {
    plan.multiFactor = { provider, allowRememberBrowser: allow_remember_browser }
  },
  method_recorded({ recordedMethods }, { url }) {
    recordedMethods.add(url)
  },
  primary_user(target, { user_id }) {
    target.primaryUserId = user_id
  },
  user_metadata({ userMetadata }, { key, value }) {
    userMetadata.set(key, value)
  },
  app_metadata({ appMetadata }, { key, value }) {
    appMetadata.set(key, value)
  },
  session_expiry({ plan: { session } }, { expires_at }) {
    session.expiresAt = earlier(session.expiresAt, expires_at)
  },
  session_idle_expiry({ plan: { session } }, { idle_expires_at }) {
    session.idleExpiresAt = earlier(session.idleExpiresAt, idle_expires_at)
  },
  session_cookie_mode({ plan: { session } }, { mode }) {
    session.cookieMode = mode
  },
  refresh_token_expiry({ plan: { tokens } }, { expires_at }) {
    tokens.refreshToken.expiresAt = earlier(tokens.refreshToken.expiresAt, expires_at)
  },
  refresh_token_idle_expiry({ plan: { tokens } }, { idle_expires_at }) {
    tokens.refreshToken.idleExpiresAt = earlier(tokens.refreshToken.idleExpiresAt, idle_expires_at)
  },
}

/** Applies effects in the order in which they were asked for. */
export const applyEffects = (target: EffectTarget, effects: readonly Effect[]): void => {
  for (const effect of effects) {
    // The entry of a kind takes the effects of that kind; the compiler cannot follow the pair through the index.
    const apply = EFFECTS[effect.kind] as (target: EffectTarget, effect: Effect) => void
    apply(target, effect)
  }
}
