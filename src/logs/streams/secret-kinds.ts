/** How each kind of secret is shown, and what a change of the settings makes of it. */

import { type Json, jsonEquals } from '../../base/json.ts'
import type { SecretKind } from '../sinks/sink.ts'

export interface SecretHandling {
  /** What the API shows of it. */
  readonly mask: (value: Json) => Json
  /** What is kept when a change gives a value: the old secret where it came back as it was shown. */
  readonly merge: (given: Json, old: Json | undefined) => Json
  /** True when what is kept is, in whole or in part, a secret that the change did not repeat. */
  readonly holdsOld: (after: Json, before: Json, given: Json | undefined) => boolean
}

const STARS = '********'
/** Of a token that is at least three times as long as what is shown of it. */
const SHOWN = 4

const maskToken = (value: string): string => STARS + (value.length >= SHOWN * 3 ? value.slice(-SHOWN) : '')

/** The host tells where it goes; the path is the credential. */
const maskAddress = (value: string): string => {
  const url = URL.parse(value)
  return url ? `${url.origin}/${STARS}` : STARS
}

/** A secret that is one text. */
const whole = (mask: (value: string) => string): SecretHandling => ({
  mask: value => mask(String(value)),
  merge: (given, old) => (old !== undefined && given === mask(String(old)) ? old : given),
  holdsOld: (after, before, given) => after === before && given !== before,
})

/** An address in two: what tells where it goes, and from the question mark on, what may be a credential. */
const splitQuery = (value: Json): readonly [address: string, query: string] => {
  const text = String(value)
  const start = text.search(/[?#]/)
  return start < 0 ? [text, ''] : [text.slice(0, start), text.slice(start)]
}

const maskQuery = (query: string): string => (query === '' ? '' : query.charAt(0) + STARS)

const query: SecretHandling = {
  mask(value) {
    const [address, secret] = splitQuery(value)
    return address + maskQuery(secret)
  },
  merge(given, old = '') {
    const [address, shown] = splitQuery(given)
    const [, secret] = splitQuery(old)
    return address + (shown === maskQuery(secret) ? secret : shown)
  },
  holdsOld(after, before, given = '') {
    const [[, kept], [, old], [, stated]] = [splitQuery(after), splitQuery(before), splitQuery(given)]
    return kept !== '' && kept === old && stated !== old
  },
}

/** Headers are told apart by their names. */
const headers: SecretHandling = {
  mask: value =>
    Array.isArray(value) ? value.map(entry => ({ ...entry, value: maskToken(String(entry.value)) })) : [],
  merge(given, old) {
    if (!Array.isArray(given) || !Array.isArray(old)) return given
    return given.map(entry => {
      const known = old.find(({ header }) => header === entry.header)
      return known && entry.value === maskToken(String(known.value)) ? known : entry
    })
  },
  holdsOld(after, before, given) {
    if (!Array.isArray(after) || !Array.isArray(given)) return after === before && given !== before
    return after.some((entry, index) => !jsonEquals(entry, given[index]))
  },
}

export const SECRET_KINDS: Readonly<Record<SecretKind, SecretHandling>> = {
  token: whole(maskToken),
  address: whole(maskAddress),
  query,
  headers,
}
