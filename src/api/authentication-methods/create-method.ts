/** Gives a user an authentication method: a TOTP, or a credential that was made elsewhere. */

import { createMethodId, createTotpSecret, totpSecretPlace } from '../../model/authentication-method.ts'
import { apiError, type ErrorCode } from '../../model/error-codes.ts'
import { relyingPartyIdOf } from '../../model/relying-party.ts'
import { MAX_CREDENTIAL_ID } from '../../model/webauthn-credential.ts'
import type { Db } from '../../store/database/database.ts'
import { insertTotp } from '../../store/users/code-store.ts'
import { type InsertCredentialOutcome, insertCredential } from '../../store/users/credential-store.ts'
import type { MethodContext } from './authentication-method-ports.ts'
import { fromBase64, readCoseKey } from './credential-key.ts'
import { identityUserId } from './method-answer.ts'
import type { CredentialCreation, MethodCreation, TotpCreation } from './method-body.ts'

/** A method that can be stored: everything about it was checked before anything is written. */
export interface PreparedMethod {
  readonly id: string
  /** Of a TOTP whose secret was made here, in base32. */
  readonly secret: string | undefined
  /** @throws `authentication_method_exists`, `authentication_method_limit_exceeded` */
  save(db: Db): Promise<void>
}

type Prepare<Creation> = (api: MethodContext, userId: string, creation: Creation) => Promise<PreparedMethod>

const invalid = (message: string) => apiError('authentication_method_invalid', message)

const exists = (message: string) => apiError('authentication_method_exists', message)

const named = (api: MethodContext, userId: string, { type, name }: MethodCreation, otherwise: string) => ({
  id: createMethodId(type, api.authenticationMethods.random),
  userId,
  name: name ?? otherwise,
  createdAt: new Date(api.clock()),
})

/** 80 bits, which widespread apps use; no more than an app could show. */
const SECRET = /^[A-Z2-7]{16,128}$/

const readSecret = (given: string): string => {
  const secret = given.toUpperCase().replaceAll(/[\s-]|=+$/g, '')
  if (SECRET.test(secret)) return secret
  throw invalid('totp_secret must be base32 (RFC 4648), 16 to 128 characters.')
}

const prepareTotp: Prepare<TotpCreation> = async (api, userId, creation) => {
  const { secrets, random } = api.authenticationMethods
  const { tenantId } = api.tenant
  const method = named(api, userId, creation, 'Authenticator app')
  const secret = creation.totp_secret === undefined ? createTotpSecret(random) : readSecret(creation.totp_secret)
  const sealedSecret = secrets.seal(secret, totpSecretPlace(tenantId, method.id))
  return {
    id: method.id,
    secret: creation.totp_secret === undefined ? secret : undefined,
    async save(db) {
      // No code was used yet: every one that comes is later than step 0.
      if (await insertTotp(db, tenantId, { ...method, sealedSecret, lastStep: 0 })) return
      throw exists('The user has a TOTP; a user has one. Delete it first, or replace all methods with PUT.')
    },
  }
}

/** @throws `authentication_method_invalid` where the credential could never be used */
const requireRelyingParty = ({ tenant }: MethodContext, stated: string | undefined): void => {
  const id = relyingPartyIdOf(tenant.issuer)
  if (id === undefined) {
    throw invalid(
      'Browsers offer WebAuthn only at addresses with https and a host name, and at localhost: ISSUER is none.',
    )
  }
  if (stated === undefined || stated === id) return
  throw invalid(`relying_party_identifier must be ${id}: browsers use a credential at its own host name only.`)
}

const readKeyId = (given: string): string => {
  const id = fromBase64(given)?.toString('base64url')
  if (id !== undefined && id.length <= MAX_CREDENTIAL_ID) return id
  throw invalid('key_id must be the id of the credential, base64url, at most 1,023 bytes.')
}

/** WebAuthn Level 3 section 4: User Handle. */
const MAX_HANDLE_BYTES = 64

const readHandle = (given: string): string => {
  const handle = fromBase64(given)
  if (handle && handle.length <= MAX_HANDLE_BYTES) return handle.toString('base64url')
  throw invalid('user_handle must be base64url, at most 64 bytes.')
}

/** What only a passkey has. */
const passkeyOf = (userId: string, creation: CredentialCreation): { readonly userHandle?: string } => {
  if (creation.type !== 'passkey') return {}
  if (creation.identity_user_id !== undefined && creation.identity_user_id !== identityUserId(userId)) {
    throw invalid(`identity_user_id must be ${identityUserId(userId)}: users have one identity here.`)
  }
  return { userHandle: readHandle(creation.user_handle) }
}

const NOT_INSERTED: Readonly<Record<Exclude<InsertCredentialOutcome, 'created'>, readonly [ErrorCode, string]>> = {
  exists: ['authentication_method_exists', 'The tenant knows this credential already.'],
  limit: ['authentication_method_limit_exceeded', 'The user has 20 credentials of this type; delete one first.'],
}

const NO_AAGUID = '00000000-0000-0000-0000-000000000000'

const summaryOf = (creation: CredentialCreation) => ({
  id: readKeyId(creation.key_id),
  transports: [...new Set(creation.transports)],
  aaguid: creation.aaguid ?? NO_AAGUID,
  backupEligible: creation.credential_device_type === 'multi_device',
  backedUp: creation.credential_backed_up ?? false,
})

const prepareCredential =
  (otherwise: string): Prepare<CredentialCreation> =>
  async (api, userId, creation) => {
    requireRelyingParty(api, creation.relying_party_identifier)
    const publicKey = await readCoseKey(creation.public_key)
    if (!publicKey) throw invalid('public_key must be a COSE key (RFC 9053), EdDSA, ES256 or RS256, base64url.')
    const credential = {
      ...named(api, userId, creation, otherwise),
      type: creation.type,
      credential: summaryOf(creation),
      publicKey,
      // Unknown: the first use says what it is by then.
      signCount: 0,
      userAgent: creation.user_agent,
      ...passkeyOf(userId, creation),
    }
    return {
      id: credential.id,
      secret: undefined,
      async save(db) {
        const outcome = await insertCredential(db, api.tenant.tenantId, credential)
        if (outcome !== 'created') throw apiError(...NOT_INSERTED[outcome])
      },
    }
  }

const unsupported =
  (sentence: string): Prepare<MethodCreation> =>
  async () => {
    throw apiError('authentication_method_unsupported', sentence)
  }

const POSSIBLE = 'totp, webauthn-roaming and passkey can be created.'

const PREPARE: {
  readonly [Type in MethodCreation['type']]: Prepare<Extract<MethodCreation, { readonly type: Type }>>
} = {
  totp: prepareTotp,
  'webauthn-roaming': prepareCredential('Security key'),
  passkey: prepareCredential('Passkey'),
  phone: unsupported(`This server sends no messages to phones; ${POSSIBLE}`),
  email: unsupported(`This server sends no codes by email; ${POSSIBLE}`),
}

/**
 * Checks what a caller states of a method.
 *
 * @throws `authentication_method_unsupported`, `authentication_method_invalid`
 */
export const prepareMethod = (
  api: MethodContext,
  userId: string,
  creation: MethodCreation,
): Promise<PreparedMethod> => {
  // The entry of a type takes the creations of that type; the compiler cannot follow the pair through the index.
  const prepare = PREPARE[creation.type] as Prepare<MethodCreation>
  return prepare(api, userId, creation)
}
