/** A tenant as authenticators see it (WebAuthn Level 3 section 4: Relying Party). */

import { isIP } from 'node:net'

export interface RelyingParty {
  /** The tenant's host name: a credential made for it works for no other. */
  readonly id: string
  readonly name: string
  /** Of the pages, as browsers state it. */
  readonly origin: string
}

const isLocal = (hostname: string): boolean => hostname === 'localhost' || hostname.endsWith('.localhost')

/** Undefined where browsers offer no WebAuthn: at an IP address, and without https anywhere but on the own machine. */
export const relyingPartyIdOf = (issuer: string): string | undefined => {
  const { protocol, hostname } = new URL(issuer)
  if (hostname.startsWith('[') || isIP(hostname) !== 0) return undefined
  return protocol === 'https:' || isLocal(hostname) ? hostname : undefined
}

/** Undefined where `relyingPartyIdOf` is. */
export const relyingPartyOf = ({
  issuer,
  name,
}: {
  readonly issuer: string
  readonly name: string
}): RelyingParty | undefined => {
  const id = relyingPartyIdOf(issuer)
  return id === undefined ? undefined : { id, name, origin: new URL(issuer).origin }
}
