/** What the API returns of an authentication method; each operation has a shape of its own on the wire. */

import { z } from 'zod'
import { userHandleOf } from '../../model/webauthn-credential.ts'
import type { AuthenticationMethod, MethodCredential } from '../../store/users/authentication-method-store.ts'
import type { TenantContext } from '../http/api-deps.ts'
import { CREDENTIAL_DEVICE_TYPES, MAX_NAME, METHOD_TYPES, SETTABLE_TYPES, WRITABLE_TYPES } from './method-types.ts'

const common = {
  id: z.string(),
  name: z.string().max(MAX_NAME).optional(),
  created_at: z.iso.datetime(),
}

const key = {
  key_id: z.string().optional(),
  public_key: z.string().optional().meta({ description: 'COSE key, base64url.' }),
  aaguid: z.string().optional(),
  relying_party_identifier: z.string().optional(),
}

const origin = {
  credential_device_type: z.enum(CREDENTIAL_DEVICE_TYPES).optional(),
  credential_backed_up: z.boolean().optional(),
  identity_user_id: z.string().optional(),
  user_agent: z.string().optional(),
  user_handle: z.string().optional(),
  transports: z.array(z.string()).optional(),
}

const totpSecret = z.string().meta({ description: 'Only of a secret that was made by this call.' }).optional()

/** Of a list and of a single method. */
export const methodSchema = z
  .strictObject({
    ...common,
    type: z.enum(METHOD_TYPES),
    confirmed: z.boolean(),
    enrolled_at: z.iso.datetime(),
    last_auth_at: z.iso.datetime().optional(),
    ...key,
    ...origin,
  })
  .meta({ id: 'UserAuthenticationMethod' })

export const methodListSchema = z.union([
  z.array(methodSchema),
  z.strictObject({ start: z.int(), limit: z.int(), total: z.int(), authenticators: z.array(methodSchema) }),
])

export const createdMethodSchema = z
  .strictObject({ ...common, type: z.enum(WRITABLE_TYPES), totp_secret: totpSecret, ...key, ...origin })
  .meta({ id: 'CreatedUserAuthenticationMethod' })

export const setMethodsSchema = z.array(
  z
    .strictObject({ ...common, type: z.enum(SETTABLE_TYPES), totp_secret: totpSecret })
    .meta({ id: 'SetUserAuthenticationMethod' }),
)

export const changedMethodSchema = z
  .strictObject({ ...common, type: z.enum(WRITABLE_TYPES).exclude(['passkey']), confirmed: z.boolean(), ...key })
  .meta({ id: 'ChangedUserAuthenticationMethod' })

/** Whose method it is. */
export interface MethodOwner {
  readonly tenant: TenantContext
  readonly userId: string
}

/** The id at the identity provider: a user's id without the provider's name. */
export const identityUserId = (userId: string): string => userId.replace(/^[^|]*\|/, '')

const commonOf = ({ id, type, name, createdAt }: AuthenticationMethod) => ({
  id,
  type,
  // Names that logins give are this short; an older one is cut to what the wire allows.
  name: name.slice(0, MAX_NAME),
  created_at: createdAt.toISOString(),
})

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

const keyOf = ({ credential }: AuthenticationMethod, { tenant }: MethodOwner) =>
  credential && {
    key_id: credential.id,
    public_key: base64url(credential.publicKey),
    aaguid: credential.aaguid,
    relying_party_identifier: new URL(tenant.issuer).hostname,
  }

const passkeyOf = ({ userHandle }: MethodCredential, { tenant, userId }: MethodOwner) => ({
  identity_user_id: identityUserId(userId),
  user_handle: userHandle ?? base64url(userHandleOf(tenant.tenantId, userId)),
})

const originOf = ({ type, credential }: AuthenticationMethod, owner: MethodOwner) =>
  credential && {
    credential_device_type: CREDENTIAL_DEVICE_TYPES[credential.backupEligible ? 1 : 0],
    credential_backed_up: credential.backedUp,
    transports: [...credential.transports],
    ...(credential.userAgent === undefined ? {} : { user_agent: credential.userAgent }),
    ...(type === 'passkey' ? passkeyOf(credential, owner) : {}),
  }

/** Only what was confirmed by its first use, or brought along by an administrator, is stored at all. */
const CONFIRMED = { confirmed: true } as const

/** Of a list and of a single method. */
export const toWireMethod = (method: AuthenticationMethod, owner: MethodOwner): z.output<typeof methodSchema> => ({
  ...commonOf(method),
  ...CONFIRMED,
  enrolled_at: method.createdAt.toISOString(),
  ...(method.lastAuthAt && { last_auth_at: method.lastAuthAt.toISOString() }),
  ...keyOf(method, owner),
  ...originOf(method, owner),
})

/** @param secret of a TOTP, when it was made here: only this answer can tell the user */
export const toCreatedMethod = (method: AuthenticationMethod, owner: MethodOwner, secret: string | undefined) => ({
  ...commonOf(method),
  ...(secret === undefined ? {} : { totp_secret: secret }),
  ...keyOf(method, owner),
  ...originOf(method, owner),
})

export const toChangedMethod = (method: AuthenticationMethod, owner: MethodOwner) => ({
  ...commonOf(method),
  ...CONFIRMED,
  ...keyOf(method, owner),
})
