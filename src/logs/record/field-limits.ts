/** How long the fields of a document may be: what a stranger chooses is cut to what readers of a field need. */

import { type JsonObject, jsonByteLength } from '../../base/json.ts'
import { cutStructure, cutText } from './bounded-json.ts'
import type { LogFields } from './log-event.ts'

type NamesOf<Value> = {
  [Name in keyof LogFields]-?: Exclude<LogFields[Name], undefined> extends Value ? Name : never
}[keyof LogFields]

/** Characters. Names and ids of this server are shorter; what is longer names nothing here. */
export const TEXT_LIMITS = {
  description: 512,
  ip: 64,
  user_agent: 512,
  client_id: 128,
  client_name: 256,
  connection: 128,
  connection_id: 128,
  strategy: 64,
  strategy_type: 64,
  user_id: 255,
  user_name: 320,
  identity_user_id: 255,
  hostname: 253,
  audience: 600,
  scope: 2_048,
  organization_id: 128,
  organization_name: 128,
  session_connection: 128,
  tracking_id: 128,
} as const satisfies Record<NamesOf<string>, number>

/** Bytes of JSON; such as name, version and environment of an SDK. */
export const STRUCTURE_LIMITS = {
  auth0_client: 512,
  references: 256,
  location_info: 512,
} as const satisfies Record<NamesOf<object>, number>

const INNER = { characters: 64, items: 5 } as const

const limitsOf = (limits: Readonly<Record<string, number>>, name: string): number | undefined =>
  Object.hasOwn(limits, name) ? limits[name] : undefined

const bound = (name: string, value: unknown): unknown => {
  const characters = limitsOf(TEXT_LIMITS, name)
  if (characters !== undefined && typeof value === 'string') return cutText(value, characters)
  const bytes = limitsOf(STRUCTURE_LIMITS, name)
  if (bytes === undefined || typeof value !== 'object' || value === null) return value
  return jsonByteLength(value) <= bytes ? value : cutStructure(value, INNER)
}

/** The fields with what is too long cut and marked; those that are absent stay so. */
export const boundFields = (fields: LogFields): JsonObject =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, bound(name, value)])) as JsonObject // cutting makes no other types
