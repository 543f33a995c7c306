/** The place of a request: what a trusted proxy says of it, or else what is known of its address. */

import type { GeoLookup } from '../assignment/request-attributes.ts'
import type { LoginActions } from './login-actions.ts'

export interface PlaceHeaders {
  /** Names of the headers that a trusted proxy sets; undefined = a header of that name means nothing. */
  readonly geoCountryHeader: string | undefined
  readonly geoRegionHeader: string | undefined
}

export const createPlaceOf =
  ({ geoCountryHeader, geoRegionHeader }: PlaceHeaders, geo: GeoLookup): LoginActions['placeOf'] =>
  ({ ip, header }) => {
    const country = geoCountryHeader && header(geoCountryHeader.toLowerCase())
    return country ? { country, region: geoRegionHeader && header(geoRegionHeader.toLowerCase()) } : geo(ip)
  }
