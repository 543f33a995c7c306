/** What the steps of a login have decided about what it leads to. Plain JSON: it waits with a suspended login. */

import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'

/** A second factor that was demanded; it is asked for when everything else is done. */
export interface MultiFactorDemand {
  /** The wire's word: `any`, `none`, `guardian`, `google-authenticator`, `duo`. */
  readonly provider: string
  readonly allowRememberBrowser: boolean
}

/** Times are in milliseconds since 1970. */
export interface SessionPlan {
  expiresAt?: number
  idleExpiresAt?: number
  cookieMode?: 'persistent' | 'non-persistent'
  /** By what the user was recognised, when it was by more than the first factor. */
  authentication?: { readonly amr: readonly string[]; readonly acr: string | undefined }
}

export interface RefreshTokenPlan {
  /** A remembered browser stood for the second factor that an Action demanded. */
  rememberedBrowser?: true
  expiresAt?: number
  idleExpiresAt?: number
}

/** What tokens say beyond the protocol, and which scopes they gain and lose. */
export interface TokenPlan {
  readonly accessTokenClaims: Record<string, Json>
  readonly idTokenClaims: Record<string, Json>
  /** Of each scope the last word counts. */
  readonly scopes: Record<string, 'added' | 'removed'>
  readonly refreshToken: RefreshTokenPlan
}

export interface LoginPlan {
  readonly tokens: TokenPlan
  readonly session: SessionPlan
  /** Credentials that end with the login's refusal. */
  readonly revoked: { session?: 'alone' | 'with-refresh-tokens'; refreshToken?: true }
  multiFactor?: MultiFactorDemand
  /** Where the step that the login waits for has sent the browser. */
  redirect?: { readonly step: string; readonly url: string }
  /** An Action's own code for its refusal, for the log. */
  refusalCode?: string
  /** Ids of the executions of Actions, for the log. */
  readonly executions: string[]
  /** What people saw because of a step, for `details.prompts` of the login's event. */
  readonly prompts: JsonObject[]
  /** What a step keeps for itself while it is suspended, by the step's name. */
  readonly memory: Record<string, Json>
}

export const emptyTokenPlan = (): TokenPlan => ({
  accessTokenClaims: {},
  idTokenClaims: {},
  scopes: {},
  refreshToken: {},
})

export const emptyPlan = (): LoginPlan => ({
  tokens: emptyTokenPlan(),
  session: {},
  revoked: {},
  executions: [],
  prompts: [],
  memory: {},
})

/** A plan that was stored with a suspended login; an empty one where nothing was stored. */
export const restorePlan = (stored: unknown): LoginPlan =>
  isJsonObject(stored) ? (stored as unknown as LoginPlan) : emptyPlan() // only the pipeline writes it

/** True when nothing was decided about tokens: there is nothing to store. */
export const isEmptyTokenPlan = ({ accessTokenClaims, idTokenClaims, scopes, refreshToken }: TokenPlan): boolean =>
  [accessTokenClaims, idTokenClaims, scopes, refreshToken].every(part => Object.keys(part).length === 0)
