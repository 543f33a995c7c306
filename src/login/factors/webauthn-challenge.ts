/**
 * WebAuthn challenges that carry their own proof: bound to a login transaction and a ceremony, good for a while, and
 * used once. Showing a page writes nothing; only an answer uses up a row.
 */

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RandomBytes } from '../../base/random.ts'
import type { CredentialType } from '../../store/users/credential-store.ts'

/** What a challenge is for; an answer to it is good for nothing else. */
export interface ChallengeBinding {
  readonly tenantId: string
  readonly transactionId: string
  readonly ceremony: 'create' | 'get'
  readonly type: CredentialType
  /** Undefined while it is not known who is there: a login with a passkey. */
  readonly userId: string | undefined
}

const EXPIRY_BYTES = 6
const NONCE_BYTES = 16
const SIGNED_BYTES = EXPIRY_BYTES + NONCE_BYTES
const LENGTH = SIGNED_BYTES + 32

const sign = (head: Uint8Array, binding: ChallengeBinding, key: Uint8Array): Buffer => {
  const { tenantId, transactionId, ceremony, type, userId = null } = binding
  return createHmac('sha256', key)
    .update(head)
    .update(JSON.stringify([tenantId, transactionId, ceremony, type, userId]))
    .digest()
}

/** @param expiresAt milliseconds since 1970 */
export const createChallenge = (
  binding: ChallengeBinding,
  expiresAt: number,
  { key, random }: { readonly key: Uint8Array; readonly random: RandomBytes },
): Uint8Array<ArrayBuffer> => {
  const head = Buffer.alloc(SIGNED_BYTES)
  head.writeUIntBE(expiresAt, 0, EXPIRY_BYTES)
  head.set(random(NONCE_BYTES), EXPIRY_BYTES)
  return Uint8Array.from(Buffer.concat([head, sign(head, binding, key)]))
}

/**
 * When a challenge ends; undefined for one that we did not make for this, or whose time is over.
 *
 * @param challenge base64url
 */
export const checkChallenge = (
  challenge: string,
  binding: ChallengeBinding,
  { key, now }: { readonly key: Uint8Array; readonly now: number },
): Date | undefined => {
  const bytes = Buffer.from(challenge, 'base64url')
  if (bytes.length !== LENGTH) return undefined
  const head = bytes.subarray(0, SIGNED_BYTES)
  if (!timingSafeEqual(bytes.subarray(SIGNED_BYTES), sign(head, binding, key))) return undefined
  const expiresAt = head.readUIntBE(0, EXPIRY_BYTES)
  return expiresAt > now ? new Date(expiresAt) : undefined
}
