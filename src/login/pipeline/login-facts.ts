/** What is known of a login beside its user: what was asked for, and what it stands on. */

/** The request in which something began. */
export interface Origin {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly ip: string
  readonly userAgent?: string | undefined
}

/** Times are in milliseconds since 1970. */
export interface SessionFacts {
  readonly id: string
  readonly expiresAt: number
  readonly idleExpiresAt: number
  /** Applications that have tokens of this session, this one included. */
  readonly clientIds: readonly string[]
  readonly cookieMode: 'persistent' | 'non-persistent'
  readonly origin: Origin | undefined
}

export interface RefreshTokenFacts {
  /** Of its family: no Action may read the secret itself. */
  readonly id: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly idleExpiresAt: number
  readonly sessionId: string | undefined
  /** Undefined for a token that was never exchanged. */
  readonly lastExchangedAt: number | undefined
  /** The login that it comes from. */
  readonly origin: Origin | undefined
  /** In its login, a remembered browser stood for the second factor. */
  readonly isOfRememberedBrowser: boolean
}

export interface LoginFacts {
  /** Parameters of the request to `/authorize`; of a refresh, those of the login that it goes back to. */
  readonly params: Readonly<Record<string, string>>
  /** Fields that were posted, without what opens anything; empty for a request to `/authorize`. */
  readonly body: Readonly<Record<string, string>>
  readonly scopes: readonly string[]
  /** The API that tokens are asked for. */
  readonly audience: string | undefined
  /** When the user proved the first factor, in milliseconds since 1970. */
  readonly authenticatedAt: number
  readonly session: SessionFacts | undefined
  readonly refreshToken: RefreshTokenFacts | undefined
  /** The `state` under which the login had been suspended; undefined when it was not. */
  readonly resumedState: string | undefined
}
