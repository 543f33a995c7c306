/** What we ask of each type of WebAuthn credential, and the options that go into the page. */

import type { RelyingParty } from '../../model/relying-party.ts'
import { ALGORITHMS, userHandleOf } from '../../model/webauthn-credential.ts'
import type { AuthenticationMethod } from '../../store/users/authentication-method-store.ts'
import type { CredentialType } from '../../store/users/credential-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'

interface CeremonyRules {
  readonly residentKey: 'required' | 'discouraged'
  /**
   * `required` wherever the credential stands for more than possession: a passkey replaces a password, and a device
   * proves that it was unlocked. A security key comes after a password; asking for its PIN would be a third factor.
   */
  readonly userVerification: 'required' | 'discouraged'
  readonly attachment: 'platform' | 'cross-platform' | undefined
  /** Which of its dialogs the browser shows first. */
  readonly hints: readonly ('client-device' | 'security-key')[]
}

export const CEREMONY_RULES = {
  passkey: {
    residentKey: 'required',
    userVerification: 'required',
    attachment: undefined,
    hints: [],
  },
  'webauthn-platform': {
    residentKey: 'discouraged',
    userVerification: 'required',
    attachment: 'platform',
    hints: ['client-device'],
  },
  'webauthn-roaming': {
    residentKey: 'discouraged',
    userVerification: 'discouraged',
    attachment: 'cross-platform',
    hints: ['security-key'],
  },
} as const satisfies Record<CredentialType, CeremonyRules>

/** Milliseconds that a browser waits for a person. */
const TIMEOUT_MS = 5 * 60 * 1000

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

/** A credential by its id (WebAuthn Level 3 section 5.8.3), as JSON. */
export interface Descriptor {
  readonly id: string
  readonly type: 'public-key'
  readonly transports: readonly string[]
}

interface Options {
  readonly challenge: string
  readonly timeout: number
  readonly hints: readonly string[]
}

/** `PublicKeyCredentialCreationOptions` as JSON. */
export interface CreationOptions extends Options {
  readonly rp: { readonly id: string; readonly name: string }
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[]
  readonly attestation: 'none'
  readonly excludeCredentials: readonly Descriptor[]
  readonly authenticatorSelection: {
    readonly residentKey: CeremonyRules['residentKey']
    readonly requireResidentKey: boolean
    readonly userVerification: CeremonyRules['userVerification']
    readonly authenticatorAttachment?: CeremonyRules['attachment']
  }
}

/** `PublicKeyCredentialRequestOptions` as JSON. */
export interface RequestOptions extends Options {
  readonly rpId: string
  readonly userVerification: CeremonyRules['userVerification']
  readonly allowCredentials?: readonly Descriptor[]
}

const descriptorsOf = (methods: readonly AuthenticationMethod[]): readonly Descriptor[] =>
  methods.flatMap(({ credential }) =>
    credential ? [{ id: credential.id, type: 'public-key', transports: credential.transports }] : [],
  )

/**
 * What the browser needs to make a credential (WebAuthn Level 3 section 5.4).
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
    readonly challenge: Uint8Array
  },
): CreationOptions => {
  const { residentKey, userVerification, attachment, hints } = CEREMONY_RULES[type]
  return {
    rp: { id: party.id, name: party.name },
    user: { id: base64url(userHandleOf(tenantId, user.userId)), name: user.email, displayName: user.name },
    challenge: base64url(challenge),
    pubKeyCredParams: ALGORITHMS.map(alg => ({ type: 'public-key', alg })),
    timeout: TIMEOUT_MS,
    attestation: 'none',
    excludeCredentials: descriptorsOf(methods),
    authenticatorSelection: {
      residentKey,
      requireResidentKey: residentKey === 'required',
      userVerification,
      ...(attachment ? { authenticatorAttachment: attachment } : {}),
    },
    hints,
  }
}

/**
 * What the browser needs to use a credential (WebAuthn Level 3 section 5.5).
 *
 * @param methods those of the user that will do; undefined = a passkey of any user
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
    readonly challenge: Uint8Array
  },
): RequestOptions => ({
  rpId: party.id,
  challenge: base64url(challenge),
  timeout: TIMEOUT_MS,
  userVerification: CEREMONY_RULES[type].userVerification,
  hints: CEREMONY_RULES[type].hints,
  ...(methods ? { allowCredentials: descriptorsOf(methods.filter(method => method.type === type)) } : {}),
})
