/** The parameters of `/authorize`: which are known, and making the query fit for the OIDC engine. */

import type { ParsedUrlQuery } from 'node:querystring'
import { withoutNul } from '../http/request-body.ts'

/**
 * Set where the request named no callback and the client's only one was taken: only then its code may be redeemed
 * without one (RFC 6749 section 4.1.3).
 */
export const IMPLIED_REDIRECT_URI = 'implied_redirect_uri'

/**
 * Parameters that the engine does not know by itself. `transaction_id` and `implied_redirect_uri` are ours alone: what a
 * request says there is thrown away. `ext` carries the request's `ext-*` parameters as JSON, because the engine has no
 * patterns for names.
 */
export const EXTRA_PARAMETERS = [
  'audience',
  'connection',
  'organization',
  'invitation',
  'screen_hint',
  'correlation_id',
  'experiment_id',
  'variation_id',
  'segment_id',
  'web_message_uri',
  'ext',
  IMPLIED_REDIRECT_URI,
  'transaction_id',
] as const

/** A repeated one of these is not worth an error page: experiments never break a login. */
const OVERRIDES = ['experiment_id', 'variation_id', 'segment_id'] as const

const firstOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

const extParameters = (query: ParsedUrlQuery): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query)
      .filter(([name]) => name.startsWith('ext-'))
      .map(([name, value]) => [name, firstOf(value) ?? '']),
  )

const withoutNuls = (query: ParsedUrlQuery): ParsedUrlQuery =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(withoutNul) : withoutNul(value ?? ''),
    ]),
  )

/** The query as the engine gets it. An absent scope means `openid`: the engine refuses to grant nothing at all. */
export const normalizeAuthorizeQuery = (given: ParsedUrlQuery): ParsedUrlQuery => {
  const query = withoutNuls(given)
  const { ext: _, transaction_id: __, [IMPLIED_REDIRECT_URI]: ___, ...rest } = query
  const normalized: ParsedUrlQuery = { ...rest, scope: query.scope || 'openid' }
  if (!query.redirect_uri) normalized[IMPLIED_REDIRECT_URI] = 'true'
  for (const name of OVERRIDES) {
    if (name in normalized) normalized[name] = firstOf(normalized[name])
  }
  const ext = extParameters(query)
  return Object.keys(ext).length > 0 ? { ...normalized, ext: JSON.stringify(ext) } : normalized
}

/** The parameters as all code after the engine reads them: texts, `ext-*` in their places, nothing of ours. */
export const transactionParameters = (params: Readonly<Record<string, unknown>>): Record<string, string> => {
  const { ext, transaction_id: _, [IMPLIED_REDIRECT_URI]: __, ...rest } = params
  const texts = Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return { ...Object.fromEntries(texts), ...(typeof ext === 'string' ? JSON.parse(ext) : {}) }
}
