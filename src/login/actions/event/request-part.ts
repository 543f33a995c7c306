/** `event.request`: the request that brought the login, or the sign-up, to its Actions. */

import type { JsonObject } from '../../../base/json.ts'
import type { Exchange } from '../../transaction/exchange.ts'
import type { Place } from '../login-actions.ts'

export interface RequestFields {
  readonly method: string
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, string>>
}

const COUNTRY_NAMES = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

const COUNTRY = /^[A-Z]{2}$/

const geoip = ({ country, region }: Place): JsonObject => {
  const code = country?.toUpperCase() ?? ''
  if (!COUNTRY.test(code)) return {}
  const name = COUNTRY_NAMES.of(code)
  return { countryCode: code, ...(name ? { countryName: name } : {}), ...(region ? { subdivisionCode: region } : {}) }
}

/** Characters of a header that Actions read. */
const MAX_HEADER = 2_048

/** The language that the browser prefers (RFC 9110 section 12.5.4), as it writes it. */
const preferredLanguage = (header: string | undefined): string | undefined =>
  /^\s*([A-Za-z]{1,8}(?:-[A-Za-z\d]{1,8})*)/.exec(header ?? '')?.[1]

export const requestPart = (exchange: Exchange, place: Place, { method, query, body }: RequestFields): JsonObject => {
  const language = preferredLanguage(exchange.header('accept-language'))
  return {
    ip: exchange.ip,
    method,
    query,
    body,
    geoip: geoip(place),
    hostname: exchange.hostname,
    ...(language ? { language } : {}),
    ...(exchange.userAgent ? { user_agent: exchange.userAgent.slice(0, MAX_HEADER) } : {}),
  }
}
