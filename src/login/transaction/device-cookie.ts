/** The device cookie: a signed id that lasts a year, and the hash of it that may be shown. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import { type RandomBytes, randomBase58 } from '../../base/random.ts'

/** Seconds. Each login starts the year anew. */
export const DEVICE_COOKIE_MAX_AGE = 365 * 24 * 60 * 60

const ID_LENGTH = 22
const FORMAT = /^([1-9A-HJ-NP-Za-km-z]{22})\.([\w-]{43})$/

const sign = (id: string, key: Uint8Array): Buffer => createHmac('sha256', key).update(id).digest()

/** The cookie's value for a device id. */
export const toDeviceCookie = (id: string, key: Uint8Array): string => `${id}.${sign(id, key).toString('base64url')}`

/** The device id of a cookie; undefined when the cookie is absent, malformed or not signed by this tenant. */
export const parseDeviceCookie = (value: string | undefined, key: Uint8Array): string | undefined => {
  const [, id, signature] = FORMAT.exec(value ?? '') ?? []
  if (!id || !signature) return undefined
  return timingSafeEqual(Buffer.from(signature, 'base64url'), sign(id, key)) ? id : undefined
}

export const createDeviceId = (random: RandomBytes): string => randomBase58(ID_LENGTH, random)

/** What the log and the database know of a device: 32 characters that cannot be turned back into its id. */
export const toDeviceHash = (id: string, key: Uint8Array): string =>
  createHmac('sha256', key).update(id).digest('base64url').slice(0, 32)
