/** A WebAuthn authenticator in software: it makes and uses passkeys as a phone would, for simulated logins. */

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What a page of the server hands to `navigator.credentials.create()`, as far as it matters here. */
export interface CreationRequest {
  readonly challenge: string
  readonly rp: { readonly id?: string }
  readonly user: { readonly id: string }
}

/** What a page of the server hands to `navigator.credentials.get()`, as far as it matters here. */
export interface UseRequest {
  readonly challenge: string
  readonly rpId?: string
}

/** What differs from an honest, verified use; for tests that attack the server. */
export interface Deviation {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly type?: string
  readonly flags?: number
  readonly signCount?: number
  readonly userHandle?: string
  readonly credentialId?: Uint8Array
}

/** The JSON that a form carries to the server. */
export type CredentialJson = Readonly<Record<string, unknown>> & {
  readonly response: Readonly<Record<string, unknown>>
}

export interface SoftwareAuthenticator {
  /** base64url; undefined before a credential was made. */
  readonly credentialId: string | undefined
  create(request: CreationRequest, deviation?: Deviation): CredentialJson
  use(request: UseRequest, deviation?: Deviation): CredentialJson
}

/** Flags of the authenticator data (WebAuthn Level 3 section 6.1). */
export const FLAG = { userPresent: 0x01, userVerified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40 }

const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest()

/** The few forms of CBOR (RFC 8949 section 3) that an authenticator needs. */
const cborHead = (major: number, length: number): Buffer => {
  if (length < 24) return Buffer.from([(major << 5) | length])
  return length < 256
    ? Buffer.from([(major << 5) | 24, length])
    : Buffer.from([(major << 5) | 25, length >> 8, length & 255])
}

const cbor = (value: number | string | Uint8Array | Map<number | string, unknown>): Buffer => {
  if (typeof value === 'number') return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value)
  if (typeof value === 'string') return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([cborHead(2, value.length), value])
  const entries = [...value].flatMap(([key, item]) => [cbor(key), cbor(item as Parameters<typeof cbor>[0])]) // maps hold these only
  return Buffer.concat([cborHead(5, value.size), ...entries])
}

/** A P-256 key as authenticators state it (RFC 9052 section 7, RFC 9053 section 7.1.1). */
const coseKey = (publicKey: KeyObject): Buffer => {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const [EC2, ES256, P256] = [2, -7, 1]
  return cbor(
    new Map<number, unknown>([
      [1, EC2],
      [3, ES256],
      [-1, P256],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  )
}

const counterBytes = (count: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(count)
  return bytes
}

const VERIFIED = FLAG.userPresent | FLAG.userVerified | FLAG.backupEligible | FLAG.backedUp

const toCredentialJson = (id: Uint8Array, response: Record<string, unknown>): CredentialJson => {
  const text = Buffer.from(id).toString('base64url')
  return {
    id: text,
    rawId: text,
    type: 'public-key',
    authenticatorAttachment: 'platform',
    clientExtensionResults: {},
    response,
  }
}

/** What follows the counter when a credential is made (WebAuthn Level 3 section 6.5.1): no model, its id, its key. */
const attestedCredential = (id: Buffer, publicKey: KeyObject): Buffer =>
  Buffer.concat([Buffer.alloc(16), Buffer.from([id.length >> 8, id.length & 255]), id, coseKey(publicKey)])

/** @param origin of the pages, such as `http://localhost:3000` */
export const createSoftwareAuthenticator = (origin: string): SoftwareAuthenticator => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const host = new URL(origin).hostname
  let credentialId: Buffer | undefined
  let userHandle = ''

  const clientData = (type: string, challenge: string, deviation: Deviation): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: deviation.type ?? type,
        challenge: deviation.challenge ?? challenge,
        origin: deviation.origin ?? origin,
        crossOrigin: false,
      }),
    )

  const authenticatorData = (rpId: string | undefined, deviation: Deviation, extraFlags = 0): Buffer =>
    Buffer.concat([
      sha256(deviation.rpId ?? rpId ?? host),
      Buffer.from([(deviation.flags ?? VERIFIED) | extraFlags]),
      counterBytes(deviation.signCount ?? 0),
    ])

  return {
    get credentialId() {
      return credentialId?.toString('base64url')
    },
    create({ challenge, rp, user }, deviation = {}) {
      const id = Buffer.from(deviation.credentialId ?? randomBytes(32))
      credentialId = id
      userHandle = user.id
      const attested = attestedCredential(id, publicKey)
      const authData = Buffer.concat([authenticatorData(rp.id, deviation, FLAG.attested), attested])
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ])
      return toCredentialJson(id, {
        clientDataJSON: clientData('webauthn.create', challenge, deviation).toString('base64url'),
        attestationObject: cbor(attestation).toString('base64url'),
        transports: ['internal', 'hybrid'],
      })
    },
    use({ challenge, rpId }, deviation = {}) {
      const client = clientData('webauthn.get', challenge, deviation)
      const authData = authenticatorData(rpId, deviation)
      return toCredentialJson(deviation.credentialId ?? credentialId ?? Buffer.alloc(32), {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', Buffer.concat([authData, sha256(client)]), privateKey).toString('base64url'),
        userHandle: deviation.userHandle ?? userHandle,
      })
    },
  }
}
