/** Collects the texts of the settings from the environment and the command line; nothing else reads either. */

import { parseArgs } from 'node:util'
import { MisuseError } from '../base/startup-error.ts'
import { flagOf, type Option, type OptionName, optionEntries } from './options.ts'

export interface GivenSetting {
  readonly text: string
  /** What the user wrote it as: `PORT` or `--port`. */
  readonly source: string
}

export type GivenSettings = { readonly [Name in OptionName]?: GivenSetting }

/**
 * The settings that are given; the command line wins over the environment. A variable that is set to the empty text
 * counts as not set, which is what compose files and scripts make of an absent value.
 *
 * @param args - such as `['--port', '4000']` or `['--port=4000']`
 * @throws MisuseError for an argument that is not a setting
 */
export const readSettings = (environment: NodeJS.ProcessEnv, args: readonly string[]): GivenSettings => {
  const flags = readFlags(args)
  const given = optionEntries().flatMap(([name, option]) => {
    const flag = flags.get(flagOf(option))
    const text = flag ?? environment[option.variable]
    return text ? [[name, { text, source: flag === undefined ? option.variable : flagOf(option) }] as const] : []
  })
  return Object.fromEntries(given)
}

const readFlags = (args: readonly string[]): ReadonlyMap<string, string> => {
  const options = Object.fromEntries(
    optionEntries().map(([, option]) => [flagOf(option).slice(2), { type: 'string' }] as const),
  )
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true })
  return new Map(
    tokens.map(token => {
      if (token.kind !== 'option') throw new MisuseError(`The argument ${args[token.index]} is not understood. ${HINT}`)
      return [token.rawName, textOf(token)] as const
    }),
  )
}

const HINT = 'The settings are listed in docs/reference/configuration.md.'

const textOf = ({ rawName, value }: { readonly rawName: string; readonly value: string | undefined }): string => {
  const option = optionEntries().find(([, entry]) => flagOf(entry) === rawName)?.[1]
  if (option === undefined) throw new MisuseError(`There is no setting ${rawName}. ${HINT}`)
  refuseSecret(option, rawName)
  if (!value) throw new MisuseError(`${rawName} needs a value: it must be ${option.expects}.`)
  return value
}

const refuseSecret = (option: Option, rawName: string): void => {
  if (option.secret) {
    throw new MisuseError(
      `${rawName} is not accepted on the command line, which every process can read: set ${option.variable} in the environment.`,
    )
  }
}
