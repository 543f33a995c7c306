/** What a WebAuthn credential can be here, whether a browser makes it or an administrator brings it along. */

import { createHash } from 'node:crypto'

/** EdDSA, ES256, RS256: what every authenticator has one of (COSE algorithm registry). */
export const ALGORITHMS: readonly number[] = [-8, -7, -257]

/** Ways to reach an authenticator (WebAuthn Level 3 section 5.8.4). */
export const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const

/** Characters of base64url: 1,023 bytes, the longest id that there is (WebAuthn Level 3 section 4: Credential ID). */
export const MAX_CREDENTIAL_ID = 1_364

/** The user's id as authenticators keep it: it says nothing about the user (WebAuthn Level 3 section 14.6.1). */
export const userHandleOf = (tenantId: string, userId: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    createHash('sha256')
      .update(JSON.stringify([tenantId, userId]))
      .digest(),
  )
