/** Signing keys: made, sealed and opened here; only public parts ever leave through the key set. */

import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'
import { parseJson } from '../../base/json.ts'
import { type RandomBytes, randomAlphanumeric } from '../../base/random.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantId } from '../../model/ids.ts'
import type { SigningKeyRecord, SigningKeyStatus } from '../../store/tenants/signing-key-store.ts'

const MODULUS_BITS = 2048
const KID_LENGTH = 21

const contextOf = (tenantId: TenantId, kid: string): string => `signing_keys:${tenantId}:${kid}`

/** A new RSA key for RS256, sealed for its row. Takes about 100 ms. */
export const createSigningKey = async (
  tenantId: TenantId,
  status: SigningKeyStatus,
  { random, secretBox }: { readonly random: RandomBytes; readonly secretBox: SecretBox },
): Promise<SigningKeyRecord> => {
  const kid = randomAlphanumeric(KID_LENGTH, random)
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS })
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }
  return { kid, status, sealedPrivateJwk: secretBox.seal(JSON.stringify(jwk), contextOf(tenantId, kid)) }
}

/** @throws when the key was sealed for another tenant or with another master key */
export const openSigningKey = (tenantId: TenantId, record: SigningKeyRecord, secretBox: SecretBox): JWK =>
  parseJson(secretBox.open(record.sealedPrivateJwk, contextOf(tenantId, record.kid))) as JWK // what `createSigningKey` sealed

/** What the key set shows of a key. */
export const toPublicJwk = ({ kty, n, e, kid, use, alg }: JWK): JWK => ({ kty, n, e, kid, use, alg }) as JWK // RSA has each of them
