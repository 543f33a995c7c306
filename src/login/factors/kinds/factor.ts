/** What the table of second factors says of one. */

import type { AuthenticationMethodType, CredentialSummary } from '../../../store/users/authentication-method-store.ts'

export interface Factor {
  /** The wire's name, as Actions state it. */
  readonly name: string
  /** The type under which users have it. */
  readonly methodType: AuthenticationMethodType
  /** What the pages call it. */
  readonly label: string
  /** One sentence that helps to choose. */
  readonly hint: string
  /** The name of a user's method, unless the authenticator says what it is. */
  readonly methodName: string
  readonly challengePath: string
  readonly enrollmentPath: string
  /** It needs a browser, and an address, at which WebAuthn works. */
  readonly isWebauthn: boolean
  /** Only for when the other factors are out of reach: never asked for first. */
  readonly isFallback: boolean
  /** What a proof adds to the `amr` claim (RFC 8176 section 2). */
  amr(credential: CredentialSummary | undefined): readonly string[]
}

/** A key that its authenticator may copy is held in software somewhere (RFC 8176: `swk`), else in hardware (`hwk`). */
export const keyAmr = (credential: CredentialSummary | undefined): readonly string[] => [
  credential?.backupEligible ? 'swk' : 'hwk',
]
