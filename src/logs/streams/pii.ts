/** Hides personal data in the documents of a stream before they leave the server. */

import xxhash from 'xxhash-wasm'
import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { PiiConfig } from '../../model/log-stream.ts'
import { PROFILE_KEYS, PROFILES, type ProfilePlace, VALUES } from './personal-data.ts'

/** Of one length for every value: the length of a name says something about it. */
const MASK = '********'

const { h64ToString } = await xxhash()

/**
 * `hash` gives the same pseudonym for the same value everywhere (XXH64, seed 0, 16 hexadecimal digits), so that a
 * destination can still count people. A reader who guesses a value can check the guess: where that matters, mask.
 */
const METHODS: Record<NonNullable<PiiConfig['method']>, (value: string) => string> = {
  mask: () => MASK,
  hash: h64ToString,
}

type Hide = (value: string) => string

/** Hides every text and number below a key, because an address may be an object and a name a list. */
const hideAll = (value: Json, hide: Hide): Json => {
  if (value === null || typeof value === 'boolean' || value === '') return value
  if (Array.isArray(value)) return value.map(item => hideAll(item, hide))
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value as JsonObject).map(([key, inner]) => [key, hideAll(inner, hide)])) // JSON
  }
  return hide(String(value))
}

type Change = (value: Json) => Json

const mapMembers = (value: JsonObject, change: (key: string, inner: Json) => Json): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(key, inner)]))

/** Hides the members of a profile that have one of the keys, at any depth. */
const hideKeys = (value: Json, keys: ReadonlySet<string>, hide: Hide): Json => {
  if (Array.isArray(value)) return value.map(item => hideKeys(item, keys, hide))
  if (!isJsonObject(value)) return value
  return mapMembers(
    value as JsonObject,
    (
      key,
      inner, // JSON
    ) => (keys.has(key) ? hideAll(inner, hide) : hideKeys(inner, keys, hide)),
  )
}

/** Changes what stands at a path; a document that has no such place stays as it is. */
const changeAt = (value: Json, [step, ...rest]: readonly string[], change: Change): Json => {
  if (step === undefined) return change(value)
  if (Array.isArray(value)) return step === '*' ? value.map(item => changeAt(item, rest, change)) : value
  if (!isJsonObject(value) || !Object.hasOwn(value, step)) return value
  return mapMembers(value as JsonObject, (key, inner) => (key === step ? changeAt(inner, rest, change) : inner)) // JSON
}

/** The path of the call that an event of the Management API is about. */
const callOf = ({ details }: JsonObject): string => {
  const request = isJsonObject(details) && isJsonObject(details.request) ? details.request : {}
  return typeof request.path === 'string' ? request.path : ''
}

const isOf = ({ call }: ProfilePlace, document: JsonObject): boolean => call?.test(callOf(document)) ?? true

/** A function that hides what the configuration names; without one, documents pass as they are. */
export const piiFilter = (config: PiiConfig | undefined): ((document: JsonObject) => JsonObject) => {
  if (!config) return document => document
  const hide = METHODS[config.method ?? 'mask']
  const keys = new Set(config.log_fields.flatMap(field => PROFILE_KEYS[field]))
  const hideProfile: Change = profile => hideKeys(profile, keys, hide)
  const hideValue: Change = value => hideAll(value, hide)
  const values = config.log_fields.flatMap(field => VALUES[field]).map(path => path.split('.'))
  const profiles = PROFILES.map(place => ({ place, path: place.path.split('.') }))
  return document => {
    let result: Json = document
    for (const path of values) result = changeAt(result, path, hideValue)
    for (const { place, path } of profiles) if (isOf(place, document)) result = changeAt(result, path, hideProfile)
    return result as JsonObject // an object stays an object
  }
}
