/** What all who make a user's authentication methods agree on: their ids, and where their secrets rest. */

import { Secret } from 'otpauth'
import { type RandomBytes, randomBase58 } from '../base/random.ts'
import type { TenantId } from './ids.ts'

/** 22 base58 characters carry 128 bits. */
const ID_LENGTH = 22

/** A new method's id, such as `totp|dev_6gTq2ZpXvR8sKcW4nYbH1m`. */
export const createMethodId = (type: string, random: RandomBytes): string =>
  `${type}|dev_${randomBase58(ID_LENGTH, random)}`

/** The place of a method's TOTP secret, which its seal names: a secret that is moved to another row does not open. */
export const totpSecretPlace = (tenantId: TenantId, methodId: string): string =>
  `authentication_methods:${tenantId}:${methodId}`

/** RFC 4226 section 4, requirement R6: 160 bits are recommended. */
const TOTP_SECRET_BYTES = 20

/** A new TOTP secret in base32, as people type it into an app. */
export const createTotpSecret = (random: RandomBytes): string =>
  new Secret({ buffer: Uint8Array.from(random(TOTP_SECRET_BYTES)).buffer }).base32
