/** Verifies what an authenticator has answered. For all that a browser may send, the outcome is a value. */

import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { RelyingParty } from '../../model/relying-party.ts'
import { ALGORITHMS, MAX_CREDENTIAL_ID, TRANSPORTS } from '../../model/webauthn-credential.ts'
import type { CredentialType, NewCredential, StoredCredential } from '../../store/users/credential-store.ts'
import { CEREMONY_RULES } from './ceremony.ts'

/** A tenth of a second to load, which no start of a server and no login by password has to wait for. */
const loadVerifier = () => import('@simplewebauthn/server')
const loadDecoder = () => import('@simplewebauthn/server/helpers')

export interface Refused {
  readonly kind: 'refused'
  /** For the tenant's log. */
  readonly reason: string
}

const refused = (reason: string): Refused => ({ kind: 'refused', reason: reason.slice(0, 300) })

/** An answer of the right shape; nothing of it is believed yet. */
export interface Answer {
  /** base64url; names the credential. */
  readonly credentialId: string
  readonly challenge: string
  readonly userHandle: string | undefined
  readonly attestationObject: unknown
  readonly json: unknown
}

const isText = (value: unknown): value is string => typeof value === 'string'

const challengeOf = (clientDataJSON: string): string | undefined => {
  const clientData = parseJson(Buffer.from(clientDataJSON, 'base64url').toString('utf8'))
  return isJsonObject(clientData) && isText(clientData.challenge) ? clientData.challenge : undefined
}

/** Reads the field of a form; undefined for what no browser sends. */
export const parseAnswer = (field: string): Answer | undefined => {
  const json = parseJson(field)
  if (!isJsonObject(json) || !isJsonObject(json.response) || !isText(json.id)) return undefined
  const { clientDataJSON, userHandle, attestationObject } = json.response
  if (json.id.length > MAX_CREDENTIAL_ID || !/^[\w-]+$/.test(json.id) || !isText(clientDataJSON)) return undefined
  const challenge = challengeOf(clientDataJSON)
  if (challenge === undefined) return undefined
  return {
    credentialId: json.id,
    challenge,
    userHandle: isText(userHandle) ? userHandle : undefined,
    attestationObject,
    json,
  }
}

export type CreationOutcome =
  | ({ readonly kind: 'verified' } & Pick<NewCredential, 'credential' | 'publicKey' | 'signCount'>)
  | Refused

/**
 * No attestation is asked for: any authenticator will do, so no proof of its make is needed. Browsers then send
 * none, or a signature of the new key itself (section 5.1.3 step 21). Certificates are refused unread: to verify them
 * the library would fetch lists of revoked ones from addresses that they name.
 */
const isWithoutCertificates = (
  attestationObject: unknown,
  { decodeAttestationObject }: Awaited<ReturnType<typeof loadDecoder>>,
): boolean => {
  if (!isText(attestationObject)) return false
  const decoded = decodeAttestationObject(Uint8Array.from(Buffer.from(attestationObject, 'base64url')))
  const format = decoded.get('fmt')
  return format === 'none' || (format === 'packed' && decoded.get('attStmt').get('x5c') === undefined)
}

/** Verifies a new credential (WebAuthn Level 3 section 7.1). The caller has checked the challenge. */
export const verifyCreation = async (
  type: CredentialType,
  { json, attestationObject, challenge }: Answer,
  party: RelyingParty,
): Promise<CreationOutcome> => {
  const [{ verifyRegistrationResponse }, decoder] = await Promise.all([loadVerifier(), loadDecoder()])
  try {
    if (!isWithoutCertificates(attestationObject, decoder))
      return refused('The attestation is of a kind that is not taken.')
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: json as RegistrationResponseJSON, // anything else makes the library throw
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: CEREMONY_RULES[type].userVerification === 'required',
      supportedAlgorithmIDs: [...ALGORITHMS],
    })
    if (!verified) return refused('The attestation does not verify.')
    const { credential, aaguid, credentialDeviceType, credentialBackedUp } = registrationInfo
    if (credential.id.length > MAX_CREDENTIAL_ID) return refused('The credential id is too long.')
    const transports: readonly unknown[] = Array.isArray(credential.transports) ? credential.transports : []
    return {
      kind: 'verified',
      credential: {
        id: credential.id,
        transports: TRANSPORTS.filter(transport => transports.includes(transport)),
        aaguid,
        backupEligible: credentialDeviceType === 'multiDevice',
        backedUp: credentialBackedUp,
      },
      publicKey: credential.publicKey,
      signCount: credential.counter,
    }
  } catch (error) {
    return refused(String(error))
  }
}

export type UseOutcome = { readonly kind: 'verified'; readonly signCount: number; readonly backedUp: boolean } | Refused

/** Verifies the use of a credential (WebAuthn Level 3 section 7.2), its counter included. The caller has checked the challenge. */
export const verifyUse = async (
  stored: StoredCredential,
  { json, challenge }: Answer,
  party: RelyingParty,
): Promise<UseOutcome> => {
  const { credential, publicKey, signCount, type } = stored
  const { verifyAuthenticationResponse } = await loadVerifier()
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: json as AuthenticationResponseJSON, // anything else makes the library throw
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      credential: { id: credential.id, publicKey, counter: signCount },
      requireUserVerification: CEREMONY_RULES[type].userVerification === 'required',
    })
    if (!verified) return refused('The signature does not verify.')
    // Step 19: whether a credential may be copied is decided when it is made.
    if ((authenticationInfo.credentialDeviceType === 'multiDevice') !== credential.backupEligible) {
      return refused('The backup eligibility of the credential has changed.')
    }
    return {
      kind: 'verified',
      signCount: authenticationInfo.newCounter,
      backedUp: authenticationInfo.credentialBackedUp,
    }
  } catch (error) {
    return refused(String(error))
  }
}
