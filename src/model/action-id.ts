/** Ids of Actions, of their versions, bindings and executions: UUIDs, as on the wire. */

import type { RandomBytes } from '../base/random.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** True for the text form of a UUID, in either case; any other text names nothing. */
export const isUuid = (text: string): boolean => UUID.test(text)

/** A random UUID (RFC 9562 section 5.4): 122 random bits, version 4, variant 10. */
export const createUuid = (random: RandomBytes): string => {
  const hex = Buffer.from(random(16)).toString('hex')
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-')
}
