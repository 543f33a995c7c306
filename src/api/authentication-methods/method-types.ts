/** The types of authentication methods, and which of them each operation takes. */

/** Those that users can have here. */
export const METHOD_TYPES = ['totp', 'recovery-code', 'webauthn-roaming', 'webauthn-platform', 'passkey'] as const

/** Those that an administrator can give to a user. The others are made by the user, or not at all. */
export const WRITABLE_TYPES = ['totp', 'webauthn-roaming', 'passkey'] as const

/** Those that can be among a user's new methods when all are replaced: the wire has no keys there. */
export const SETTABLE_TYPES = ['totp'] as const

/** The wire's limit, in UTF-16 units. */
export const MAX_NAME = 20

/** By whether the authenticator may copy the credential. */
export const CREDENTIAL_DEVICE_TYPES = ['single_device', 'multi_device'] as const
