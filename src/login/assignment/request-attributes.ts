/** What segments can ask of a login request: client, connection, organization, device, browser, place. */

import Bowser from 'bowser'
import { isbot } from 'isbot'
import { LRUCache } from 'lru-cache'
import type { Attributes } from '../../decision/snapshot/attributes.ts'
import { BROWSERS, createValueOf, DEVICE_TYPES, PLATFORMS } from '../../decision/snapshot/listed-values.ts'

interface UserAgentAttributes {
  readonly device_type?: string
  readonly browser?: string
  readonly platform?: string
}

/** Parsing costs about 15 µs and real traffic repeats itself; 5,000 entries are about 2 MB. */
const parsedUserAgents = new LRUCache<string, UserAgentAttributes>({ max: 5000 })

/** Longer headers are cut: no real browser sends one, and the parser's time grows with the length. */
const MAX_USER_AGENT = 512

const defined = (entries: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, string] => Boolean(entry[1])))

const deviceTypeOf = createValueOf(DEVICE_TYPES)
const browserOf = createValueOf(BROWSERS)
const platformOf = createValueOf(PLATFORMS)

/** Devices that the parser does not tell, or takes for tablets. The first that fits decides. */
const DEVICES: readonly (readonly [pattern: RegExp, deviceType: string])[] = [
  [/\b(?:Android TV|GoogleTV|BRAVIA|AFT[A-Z0-9]{1,12})\b/, 'tv'],
  // The window system of Chrome OS, Linux and the BSDs; a phone or television on it says so.
  [/\bX11\b(?!.*(?:Mobi|Tablet|TV))/i, 'desktop'],
]

const toDeviceType = (userAgent: string, parsed: string | undefined): string | undefined => {
  if (isbot(userAgent)) return 'bot'
  return DEVICES.find(([pattern]) => pattern.test(userAgent))?.[1] ?? parsed
}

const parse = (userAgent: string): UserAgentAttributes => {
  const { browser, os, platform } = Bowser.parse(userAgent)
  return {
    device_type: deviceTypeOf(toDeviceType(userAgent, platform.type)),
    browser: browserOf(browser.name),
    platform: platformOf(os.name),
  }
}

/**
 * Device type, browser and platform of a User-Agent header, each a value of its closed list: `Other` where the header
 * names none of the list, as crawlers do in place of a browser. All are absent without a header.
 */
export const userAgentAttributes = (header: string | undefined): UserAgentAttributes => {
  if (!header) return {}
  const userAgent = header.slice(0, MAX_USER_AGENT)
  const known = parsedUserAgents.get(userAgent)
  if (known) return known
  const attributes = parse(userAgent)
  parsedUserAgents.set(userAgent, attributes)
  return attributes
}

/** Looks a country (ISO 3166-1 alpha-2) and a region up; what is not known is absent. */
export type GeoLookup = (ip: string) => { readonly country?: string; readonly region?: string }

export interface RequestFacts {
  readonly clientId: string
  readonly connection?: string | undefined
  readonly connectionType?: string | undefined
  readonly organizationId?: string | undefined
  /** Host name under which the request came in: the tenant's domain. */
  readonly domain: string
  readonly userAgent?: string | undefined
  readonly ip: string
  /** Country and region as told by a proxy that the configuration trusts; they win over the look-up. */
  readonly trustedCountry?: string | undefined
  readonly trustedRegion?: string | undefined
}

/** The attributes of a request, as the decision engine reads them. */
export const requestAttributes = (facts: RequestFacts, geo: GeoLookup): Attributes => {
  const place = facts.trustedCountry ? {} : geo(facts.ip)
  return {
    ...userAgentAttributes(facts.userAgent),
    ...defined({
      client_id: facts.clientId,
      connection: facts.connection,
      connection_type: facts.connectionType,
      organization_id: facts.organizationId,
      domain: facts.domain,
      user_agent: facts.userAgent,
      country: facts.trustedCountry ?? place.country,
      region: facts.trustedRegion ?? place.region,
    }),
  }
}
