/** What we ask of each type of WebAuthn credential, and the options that go into the page. */

import { createHash } from 'node:crypto'
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import type { AuthenticationMethod } from '../../store/authentication-method-store.ts'
import type { CredentialType } from '../../store/credential-store.ts'
import type { UserRecord } from '../../store/user-store.ts'
import type { RelyingParty } from './relying-party.ts'

interface CeremonyRules {
  readonly residentKey: 'required' | 'discouraged'
  /**
   * `required` wherever the credential stands for more than possession: a passkey replaces a password, and a device
   * proves that it was unlocked. A security key comes after a password; asking for its PIN would be a third factor.
   */
  readonly userVerification: 'required' | 'discouraged'
  readonly attachment: 'platform' | 'cross-platform' | undefined
  readonly preferred: 'localDevice' | 'securityKey' | undefined
}

export const CEREMONY_RULES = {
  passkey: {
    residentKey: 'required',
    userVerification: 'required',
    attachment: undefined,
    preferred: undefined,
  },
  'webauthn-platform': {
    residentKey: 'discouraged',
    userVerification: 'required',
    attachment: 'platform',
    preferred: 'localDevice',
  },
  'webauthn-roaming': {
    residentKey: 'discouraged',
    userVerification: 'discouraged',
    attachment: 'cross-platform',
    preferred: 'securityKey',
  },
} as const satisfies Record<CredentialType, CeremonyRules>

/** EdDSA, ES256, RS256: what every authenticator has one of (COSE algorithm registry). */
export const ALGORITHMS: readonly number[] = [-8, -7, -257]

/** Milliseconds that a browser waits for a person. */
const TIMEOUT_MS = 5 * 60 * 1000

/** The user's id as authenticators keep it: it says nothing about the user (WebAuthn Level 3 section 14.6.1). */
export const userHandleOf = (tenantId: string, userId: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    createHash('sha256')
      .update(JSON.stringify([tenantId, userId]))
      .digest(),
  )

const descriptorsOf = (methods: readonly AuthenticationMethod[]): { id: string; transports: string[] }[] =>
  methods.flatMap(({ credential }) =>
    credential ? [{ id: credential.id, transports: [...credential.transports] }] : [],
  )

/**
 * What the browser needs to make a credential.
 *
 * @param methods the user's: an authenticator that holds one of them refuses to make a second
 */
export const creationOptions = (
  type: CredentialType,
  {
    party,
    tenantId,
    user,
    methods,
    challenge,
  }: {
    readonly party: RelyingParty
    readonly tenantId: string
    readonly user: UserRecord
    readonly methods: readonly AuthenticationMethod[]
    readonly challenge: Uint8Array<ArrayBuffer>
  },
): Promise<PublicKeyCredentialCreationOptionsJSON> => {
  const { residentKey, userVerification, attachment, preferred } = CEREMONY_RULES[type]
  return generateRegistrationOptions({
    rpID: party.id,
    rpName: party.name,
    userID: userHandleOf(tenantId, user.userId),
    userName: user.email,
    userDisplayName: user.name,
    challenge,
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    excludeCredentials: descriptorsOf(methods),
    authenticatorSelection: {
      residentKey,
      userVerification,
      ...(attachment ? { authenticatorAttachment: attachment } : {}),
    },
    supportedAlgorithmIDs: [...ALGORITHMS],
    ...(preferred ? { preferredAuthenticatorType: preferred } : {}),
  })
}

/**
 * What the browser needs to use a credential.
 *
 * @param methods those of the user that will do; undefined = a passkey of whoever is there
 */
export const requestOptions = (
  type: CredentialType,
  {
    party,
    methods,
    challenge,
  }: {
    readonly party: RelyingParty
    readonly methods: readonly AuthenticationMethod[] | undefined
    readonly challenge: Uint8Array<ArrayBuffer>
  },
): Promise<PublicKeyCredentialRequestOptionsJSON> =>
  generateAuthenticationOptions({
    rpID: party.id,
    challenge,
    timeout: TIMEOUT_MS,
    userVerification: CEREMONY_RULES[type].userVerification,
    ...(methods ? { allowCredentials: descriptorsOf(methods.filter(method => method.type === type)) } : {}),
  })
