/** Hides personal data in the documents of a stream before they leave the server. */

import xxhash from 'xxhash-wasm'
import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { PiiConfig, PiiField } from '../../model/log-stream.ts'

/** The keys that hold a field, wherever in the document they are (contract: log streams, `pii_config`). */
const KEYS: Record<PiiField, readonly string[]> = {
  first_name: ['first_name', 'given_name', 'name'],
  last_name: ['last_name', 'family_name', 'name'],
  username: ['username', 'user_name'],
  email: ['email'],
  phone: ['phone', 'phone_number', 'old_phone_number', 'new_phone_number'],
  address: ['address'],
}

/** Of one length for every value: the length of a name says something about it. */
const MASK = '********'

const { h64ToString } = await xxhash()

/**
 * `hash` gives the same pseudonym for the same value everywhere (XXH64, seed 0, 16 hexadecimal digits), so that a
 * destination can still count people. Whoever can guess a value can check the guess: where that matters, mask.
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

const walk = (value: Json, keys: ReadonlySet<string>, hide: Hide): Json => {
  if (Array.isArray(value)) return value.map(item => walk(item, keys, hide))
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value as JsonObject) // JSON
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, keys.has(key) ? hideAll(inner, hide) : walk(inner, keys, hide)]),
  )
}

/** A function that hides what the configuration names; without one, documents pass as they are. */
export const piiFilter = (config: PiiConfig | undefined): ((document: JsonObject) => JsonObject) => {
  if (!config) return document => document
  const keys = new Set(config.log_fields.flatMap(field => KEYS[field]))
  const hide = METHODS[config.method ?? 'mask']
  return document => walk(document, keys, hide) as JsonObject // an object stays an object
}
