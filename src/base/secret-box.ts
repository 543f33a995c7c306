/** Seals small texts, such as client secrets and private keys, for a place where others can read. */

import { createCipheriv, createDecipheriv } from 'node:crypto'
import { type RandomBytes, systemRandom } from './random.ts'

export interface SecretBox {
  /**
   * @param context - where the sealed text will be kept, such as `clients/dev/abc/client_secret`: it opens only there,
   *   so that a value moved into another row or column is of no use
   * @returns text of a versioned format, different each time
   */
  readonly seal: (plaintext: string, context: string) => string
  /** @throws UnsealError when it was sealed with another key or for another context, or was changed */
  readonly open: (sealed: string, context: string) => string
}

/** Its message says nothing about which of the reasons it was, nor about the content. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError'
}

export const SECRET_BOX_KEY_BYTES = 32

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1.'

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce and the context as associated data. One key may
 * seal 2^32 texts before the chance of a repeated nonce matters.
 *
 * @throws TypeError when the key does not have 32 bytes
 */
export const createSecretBox = (key: Uint8Array, random: RandomBytes = systemRandom): SecretBox => {
  if (key.length !== SECRET_BOX_KEY_BYTES)
    throw new TypeError(`the key of a secret box has ${SECRET_BOX_KEY_BYTES} bytes`)

  const seal = (plaintext: string, context: string): string => {
    const iv = random(IV_BYTES)
    const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(VERSION + context))
    const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
    return VERSION + Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64url')
  }

  const open = (sealed: string, context: string): string => {
    const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
    if (!sealed.startsWith(VERSION) || bytes.length < IV_BYTES + TAG_BYTES) throw cannotOpen()
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(VERSION + context))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    try {
      return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    } catch (error) {
      throw cannotOpen(error)
    }
  }

  return { seal, open }
}

const cannotOpen = (cause?: unknown): UnsealError =>
  new UnsealError('A sealed text does not open: another key, another context, or it was changed.', { cause })
