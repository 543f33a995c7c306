/** The configuration of a server: settings read and checked, defaults decided, frozen. */

import { MisuseError, StartupError } from '../base/startup-error.ts'
import { callbackPageOf } from '../model/callback-page.ts'
import { type GivenSetting, readSettings } from './env.ts'
import { flagOf, type OPTIONS, type Option, type OptionName, optionEntries } from './options.ts'
import type { Read } from './setting-kinds.ts'

type ValueOf<Entry> = Entry extends { readonly read: Read<infer T> } ? T : never
type Values = {
  readonly [Name in OptionName]:
    | ValueOf<(typeof OPTIONS)[Name]>
    | ((typeof OPTIONS)[Name] extends { readonly default: string } ? never : undefined)
}

/** One property per entry of the table in options.ts, and what follows from them. */
export interface Config extends Omit<Values, 'issuer' | 'appCallbacks'> {
  /** With the trailing slash. */
  readonly issuer: string
  readonly appCallbacks: readonly string[]
  /** The `aud` of Management API tokens. */
  readonly managementAudience: string
  /** Whether browsers reach the server by https only, so that cookies may say so. */
  readonly secureCookies: boolean
  /** The options that were set, to a default or not. */
  readonly given: readonly OptionName[]
}

/**
 * Reads the configuration from the environment and from arguments, which win.
 *
 * @throws StartupError with one line for each setting that cannot be; MisuseError where an argument is the reason
 */
export const loadConfig = (environment: NodeJS.ProcessEnv, args: readonly string[] = []): Config => {
  const settings = readSettings(environment, args)
  const values = readValues(settings)
  const issuer = values.issuer ?? `http://localhost:${values.port}/`
  return Object.freeze({
    ...values,
    issuer,
    appCallbacks: values.appCallbacks ?? Object.freeze([callbackPageOf(issuer)]),
    managementAudience: `${issuer}api/v2/`,
    secureCookies: issuer.startsWith('https:'),
    given: Object.freeze(Object.keys(settings) as OptionName[]), // readSettings gives no others
  })
}

const readValues = (given: { readonly [Name in OptionName]?: GivenSetting }): Values => {
  const problems: string[] = []
  let isMisuse = false
  const values = optionEntries().map(([name, option]) => {
    const setting = given[name] ?? { text: option.default ?? '', source: option.variable }
    if (setting.text === '') return [name, undefined]
    const value = option.read(setting.text)
    if (value === undefined) {
      problems.push(problemOf(option, setting))
      isMisuse ||= setting.source === flagOf(option)
    }
    return [name, value]
  })
  if (problems.length > 0) throw new (isMisuse ? MisuseError : StartupError)(problems.join('\n'))
  return Object.fromEntries(values) as Values // each entry was read by the reader that gives its type
}

const LONGEST_ECHO = 80

const problemOf = (option: Option, { text, source }: GivenSetting): string => {
  const echo = option.secret ? '' : `, not ${JSON.stringify(text.slice(0, LONGEST_ECHO))}`
  return `${source} must be ${option.expects}${echo}.`
}
