/** Makes the entries of the table of log events from what a family's file states of each type. */

import type { JsonObject } from '../../base/json.ts'
import { EXAMPLE_ENVELOPE, EXAMPLE_REQUEST, type FieldGroup, inDetails } from './fields.ts'

/** The categories by which log streams filter (contract: `filters[].name`). */
export type LogCategory =
  | 'auth.login.fail'
  | 'auth.login.notification'
  | 'auth.login.success'
  | 'auth.logout.fail'
  | 'auth.logout.success'
  | 'auth.signup.fail'
  | 'auth.signup.success'
  | 'auth.silent_auth.fail'
  | 'auth.silent_auth.success'
  | 'auth.token_exchange.fail'
  | 'auth.token_exchange.success'
  | 'management.fail'
  | 'management.success'
  | 'scim.event'
  | 'system.notification'
  | 'user.fail'
  | 'user.notification'
  | 'user.success'
  | 'actions'
  | 'other'

/** A path in a document, or a group of them. */
type Field = string | FieldGroup

type PathOf<Of extends Field> = Of extends FieldGroup<infer Path> ? Path : Of

/** What a family's file states of a type; its code is the key. */
interface EventDefinition {
  readonly category: LogCategory
  /** Written when the caller states no better sentence. */
  readonly description: string
  /** One sentence of reference: when the event is written. */
  readonly doc: string
  /**
   * Any stranger can bring it about, as often as they like: it is kept small, and beyond a number from one network it is
   * counted and not written.
   */
  readonly isRefusal?: true
  /** The server writes it by itself; its examples show no request. */
  readonly hasNoRequest?: true
  /** What every document of this type has beside the fields of all events. */
  readonly required: readonly Field[]
  /** What a document may have besides; a path allows everything below it. */
  readonly optional: readonly Field[]
  /** Names of further ones in its details. */
  readonly optionalDetails?: readonly string[]
  /** Groups whose examples its examples show. */
  readonly shows: readonly FieldGroup[]
  /** What its example shows besides, in its details and beside them. */
  readonly example?: JsonObject
  readonly exampleFields?: JsonObject
  /** Documents that differ in kind from the example, each from its description on. */
  readonly furtherExamples?: readonly JsonObject[]
}

/** An entry of the table of log events. */
export interface LogEventType<
  Type extends string = string,
  Required extends string = string,
  Optional extends string = string,
> extends Pick<EventDefinition, 'category' | 'description' | 'doc' | 'isRefusal'> {
  /** The wire's code, as in `type:s`. */
  readonly type: Type
  readonly required: readonly Required[]
  readonly optional: readonly Optional[]
  /** Documents as the API returns them; the first shows the default description. */
  readonly examples: readonly [JsonObject, ...JsonObject[]]
}

type PathInDetails<Definition> = Definition extends { readonly optionalDetails: readonly (infer Name extends string)[] }
  ? `details.${Name}`
  : never

type Entries<Definitions extends Readonly<Record<string, EventDefinition>>> = {
  readonly [Type in keyof Definitions & string]: LogEventType<
    Type,
    PathOf<Definitions[Type]['required'][number]>,
    PathOf<Definitions[Type]['optional'][number]> | PathInDetails<Definitions[Type]>
  >
}

const pathsOf = (fields: readonly Field[]): string[] =>
  fields.flatMap(field => (typeof field === 'string' ? [field] : field.paths))

/** Joins the parts of a document; their details are joined, too. */
const joined = (parts: readonly JsonObject[]): JsonObject => {
  const fields = parts.map(({ details: _, ...rest }) => rest)
  const details = parts.map(part => part.details ?? {})
  return Object.assign({}, ...fields, { details: Object.assign({}, ...details) })
}

const toEntry = (type: string, definition: EventDefinition): LogEventType => {
  const {
    category,
    description,
    doc,
    isRefusal,
    hasNoRequest,
    required,
    optional,
    optionalDetails = [],
    shows,
  } = definition
  const start = [EXAMPLE_ENVELOPE, hasNoRequest ? {} : EXAMPLE_REQUEST, { type, description }]
  const document = (own: JsonObject) => joined([...start, ...shows.map(group => group.example), own])
  return {
    type,
    category,
    description,
    doc,
    ...(isRefusal ? { isRefusal } : {}),
    required: pathsOf(required),
    optional: pathsOf([...optional, inDetails(...optionalDetails)]),
    examples: [
      document({ ...definition.exampleFields, details: definition.example ?? {} }),
      ...(definition.furtherExamples ?? []).map(document),
    ],
  }
}

/** The entries of a family, by code; the types of their paths are those that the definitions name. */
export const defineEvents = <const Definitions extends Readonly<Record<string, EventDefinition>>>(
  definitions: Definitions,
): Entries<Definitions> => {
  const entries = Object.entries(definitions).map(([type, definition]) => [type, toEntry(type, definition)])
  return Object.fromEntries(entries) as Entries<Definitions> // each entry has exactly the paths of its definition
}
