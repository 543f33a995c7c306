/** What a connection says about the words that cannot be passwords: its option `password_dictionary`. */

import { isJsonObject } from '../base/json.ts'

export interface PasswordDictionary {
  /** Whether common passwords, and those that the user's address or the tenant's name give, are refused. */
  readonly enable: boolean
  /** Words of the tenant's own. */
  readonly dictionary: readonly string[]
}

/** The wire's bounds of `dictionary`. */
export const DICTIONARY_LIMIT = { entries: 200, characters: 50 } as const

/** The options of a connection that is created without any. */
export const NEW_CONNECTION_OPTIONS: Readonly<Record<string, unknown>> = {
  password_dictionary: { enable: true, dictionary: [] } satisfies PasswordDictionary,
}

/** Reads the option; off when it is absent, as on the wire. */
export const passwordDictionaryOf = (options: Readonly<Record<string, unknown>>): PasswordDictionary => {
  const option = options.password_dictionary
  if (!isJsonObject(option) || option.enable !== true) return { enable: false, dictionary: [] }
  const words = Array.isArray(option.dictionary) ? option.dictionary : []
  return { enable: true, dictionary: words.filter(word => typeof word === 'string') }
}
