/** What is wrong with an authorization request that the engine finds valid, at `/authorize` and where it is pushed. */

import { jsonByteLength } from '../../base/json.ts'
import { boundTokenProblem, frontChannelProblem } from './response-types.ts'
import { webMessageProblem } from './web-message.ts'

type Params = Readonly<Record<string, unknown>>

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/**
 * Bytes of all parameters together, as they are stored: twice for each request, before a user has logged in. Requests of
 * SDKs have some hundred; an application with more to keep has a session of its own for it.
 */
export const MAX_PARAMETER_BYTES = 8 * 1024

const sizeProblem = (params: Params): string | undefined =>
  jsonByteLength(params) > MAX_PARAMETER_BYTES
    ? `the parameters are too long: all of them together may have ${MAX_PARAMETER_BYTES} bytes`
    : undefined

const EXT_NAME = /^ext-[\w-]{1,28}$/
const EXT_VALUE = /^[-\w.*~@+ /:]{1,255}$/
const MAX_EXT = 10

/** @param ext the request's `ext-*` parameters as JSON */
export const extProblem = (ext: string): string | undefined => {
  const entries = Object.entries(JSON.parse(ext || '{}'))
  if (entries.length > MAX_EXT) return `at most ${MAX_EXT} ext- parameters are allowed`
  const wrong = entries.find(([name, value]) => !EXT_NAME.test(name) || !EXT_VALUE.test(String(value)))
  return wrong && `the parameter ${wrong[0].slice(0, 40)} has a malformed name or value`
}

/** There are no organizations: a login that an application takes for one of a certain organization must not succeed. */
export const organizationProblem = (params: Params): string | undefined => {
  const named = ['organization', 'invitation'].find(name => params[name])
  return named && `organizations do not exist on this server: leave out ${named}`
}

/** The first thing that is wrong; undefined when nothing is. */
export const requestProblem = (params: Params): string | undefined =>
  sizeProblem(params) ??
  extProblem(text(params.ext)) ??
  organizationProblem(params) ??
  frontChannelProblem(text(params.response_type), text(params.redirect_uri)) ??
  boundTokenProblem(text(params.response_type), params.dpop_jkt) ??
  webMessageProblem(params)
