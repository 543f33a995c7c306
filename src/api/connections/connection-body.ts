/** What callers change of a connection: the options that logins obey, and no other. */

import { z } from 'zod'
import { DICTIONARY_LIMIT } from '../../model/password-dictionary.ts'
import { text } from '../../model/text.ts'

const passkeyOptions = z.strictObject({
  challenge_ui: z
    .enum(['both', 'autofill', 'button'])
    .optional()
    .meta({ description: 'How the login page offers passkeys; both when absent.' }),
  progressive_enrollment_enabled: z
    .boolean()
    .optional()
    .meta({ description: 'Whether users who log in with a password and have no passkey are asked to create one.' }),
  local_enrollment_enabled: z
    .literal(false, 'must be false or absent: no login asks for a local passkey after one of another device')
    .optional(),
})

const authenticationMethods = z.strictObject({
  password: z
    .strictObject({
      enabled: z.literal(true, 'must be true or absent: users of a database connection have passwords').optional(),
    })
    .optional(),
  passkey: z
    .strictObject({
      enabled: z
        .boolean()
        .optional()
        .meta({ description: 'Whether users can log in with passkeys; true when absent.' }),
    })
    .optional(),
})

const passwordDictionary = z.strictObject({
  enable: z.boolean().meta({
    description:
      'Whether common passwords, and those that the address or the tenant gives, are refused; false when absent.',
  }),
  dictionary: z
    .array(text(1, DICTIONARY_LIMIT.characters))
    .max(DICTIONARY_LIMIT.entries, `must have at most ${DICTIONARY_LIMIT.entries} entries`)
    .optional()
    .meta({ description: 'More passwords that are refused, in upper and lower case alike.' }),
})

export const connectionChangeSchema = z
  .strictObject({
    options: z
      .strictObject({
        disable_signup: z.boolean().optional().meta({ description: 'Whether the sign-up page is closed.' }),
        authentication_methods: authenticationMethods.nullish(),
        passkey_options: passkeyOptions.nullish(),
        password_dictionary: passwordDictionary.nullish(),
      })
      .optional()
      .meta({ description: 'Replaces all options: what is left out is as if it had never been set.' }),
  })
  .meta({ id: 'ConnectionChange' })

export type ConnectionChange = z.output<typeof connectionChangeSchema>

/** The options as they are kept; null says the same as nothing. */
export const toOptions = (options: NonNullable<ConnectionChange['options']>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== undefined))
