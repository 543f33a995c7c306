/** What callers state of a user. What this server would not obey is refused, never silently kept. */

import { z } from 'zod'
import { text } from '../../model/text.ts'

const metadata = z.record(z.string(), z.unknown())

/** Argon2 takes more, people do not; the rules of passwords are stricter. */
const MAX_PASSWORD = 1_024

const profile = {
  email: text(1, 1_024),
  email_verified: z.boolean().optional(),
  blocked: z.boolean().optional(),
  phone_verified: z.boolean().optional(),
  password: text(1, MAX_PASSWORD),
  verify_email: z
    .literal(false, 'must be false or absent: this server sends no mail; set email_verified')
    .optional()
    .meta({ description: 'Only false: this server sends no mail.' }),
}

const picture = z
  .url({ protocol: /^https?$/ })
  .max(2_048)
  .meta({ description: 'Address of an image.' })

const phone = z.string().regex(/^\+[0-9]{1,15}$/, 'must be + and up to 15 digits')

const names = { name: text(1, 300), nickname: text(1, 300), given_name: text(1, 150), family_name: text(1, 150) }

/** The part of an id behind `auth0|`: no space, and nothing that tokens give machines. */
const ownId = z
  .string()
  .max(255)
  .regex(/^[\w.+@~=-]+$/, 'must be letters, digits and . _ + @ ~ = -')
  .refine(id => !id.endsWith('@clients'), 'cannot end in @clients, which names applications')

export const userCreationSchema = z
  .strictObject({
    connection: z.string().min(1),
    ...profile,
    name: names.name.optional(),
    nickname: names.nickname.optional(),
    given_name: names.given_name.optional(),
    family_name: names.family_name.optional(),
    picture: picture.optional(),
    phone_number: phone.optional(),
    user_id: ownId.optional().meta({ description: 'The part of the id behind `auth0|`; made when absent.' }),
    user_metadata: metadata.optional(),
    app_metadata: metadata.optional(),
  })
  .meta({ id: 'UserCreation' })

export type UserCreation = z.output<typeof userCreationSchema>

const META = 'Members replace those of the same name, null removes one, an empty object removes all.'

export const userChangeSchema = z
  .strictObject({
    ...profile,
    email: profile.email.optional(),
    password: profile.password.optional(),
    connection: z.string().min(1).optional().meta({ description: "Only the user's own." }),
    name: names.name.nullish(),
    nickname: names.nickname.nullish(),
    given_name: names.given_name.nullish(),
    family_name: names.family_name.nullish(),
    picture: picture.nullish(),
    phone_number: phone.nullish(),
    user_metadata: metadata.optional().meta({ description: META }),
    app_metadata: metadata.optional().meta({ description: META }),
  })
  .meta({ id: 'UserChange' })

export type UserChange = z.output<typeof userChangeSchema>
