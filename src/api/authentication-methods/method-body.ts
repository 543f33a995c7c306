/** What callers state of a new or a changed authentication method, per type. */

import { z } from 'zod'
import { text } from '../../model/text.ts'
import { MAX_CREDENTIAL_ID, TRANSPORTS } from '../../model/webauthn-credential.ts'
import { CREDENTIAL_DEVICE_TYPES, MAX_NAME } from './method-types.ts'

const name = text(1, MAX_NAME)

/** Characters of base64 of the longest key that is taken, an RSA key of 8,192 bits, with some room. */
const MAX_KEY = 2_048

const preferred = z.enum(['voice', 'sms'])

const totp = z.strictObject({
  type: z.literal('totp'),
  name: name.optional(),
  totp_secret: text(1, 256)
    .optional()
    .meta({ description: 'Base32, at least 16 characters; one is made, and returned once, when absent.' }),
})

const credential = {
  name: name.optional(),
  key_id: text(1, MAX_CREDENTIAL_ID + 4).meta({ description: "The credential's id, base64url." }),
  public_key: text(1, MAX_KEY).meta({ description: 'The COSE key (EdDSA, ES256 or RS256), base64url.' }),
  aaguid: z.guid().optional(),
  relying_party_identifier: text(1, 253).optional().meta({ description: "The host name of this tenant's issuer." }),
  credential_backed_up: z.boolean().optional(),
  user_agent: text(1, 512).optional(),
  transports: z.array(z.enum(TRANSPORTS)).max(TRANSPORTS.length).optional(),
}

const deviceType = z.enum(CREDENTIAL_DEVICE_TYPES)

const securityKey = z.strictObject({
  type: z.literal('webauthn-roaming'),
  ...credential,
  credential_device_type: deviceType.optional(),
})

const passkey = z.strictObject({
  type: z.literal('passkey'),
  ...credential,
  credential_device_type: deviceType.meta({
    description: 'Authenticators repeat it at each use, and it never changes.',
  }),
  user_handle: text(1, 88).meta({ description: 'By which the authenticator knows the user, base64url.' }),
  identity_user_id: text(1, 128).optional(),
})

const phone = z.strictObject({
  type: z.literal('phone'),
  name: name.optional(),
  phone_number: z.string().min(2).max(30).optional(),
  preferred_authentication_method: preferred.optional(),
})

const email = z.strictObject({ type: z.literal('email'), name: name.optional(), email: text(1, 254).optional() })

const wrongType = (types: string) => (issue: { readonly code?: string | undefined }) =>
  issue.code === 'invalid_union' ? `must have a type: ${types}` : undefined

/** Types that are refused are read so far that the refusal can say what to use instead. */
export const methodCreationSchema = z
  .discriminatedUnion('type', [totp, securityKey, passkey, phone, email], {
    error: wrongType('totp, webauthn-roaming, passkey'),
  })
  .meta({ id: 'UserAuthenticationMethodCreation' })

export type MethodCreation = z.output<typeof methodCreationSchema>
export type TotpCreation = z.output<typeof totp>
export type CredentialCreation = z.output<typeof securityKey> | z.output<typeof passkey>

/** More than this says nothing: each type can be there once. */
const MAX_SET = 10

export const methodSetSchema = z
  .array(z.discriminatedUnion('type', [totp, phone, email], { error: wrongType('totp') }))
  .max(MAX_SET)

export type MethodSet = z.output<typeof methodSetSchema>

export const methodChangeSchema = z
  .strictObject({ name: name.optional(), preferred_authentication_method: preferred.optional() })
  .meta({ id: 'UserAuthenticationMethodChange' })

export type MethodChange = z.output<typeof methodChangeSchema>
