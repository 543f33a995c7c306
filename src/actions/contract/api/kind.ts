/** Kinds of arguments: what an api method accepts, as a check and as a TypeScript type. */

import { isLongerThan } from '../../../base/characters.ts'
import type { Json, JsonObject } from '../../../base/json.ts'
import { LIMITS } from '../limits.ts'

/**
 * The check runs twice: in the isolate, so that the author sees the complaint where the mistake is, and in the
 * parent, on what a child has sent. It must not throw for any value.
 */
export interface Kind<Value> {
  /** The type in the declarations for authors. */
  readonly ts: string
  /** The end of a sentence that begins with the argument's name; undefined for a value that fits. */
  readonly complaint: (value: unknown) => string | undefined
  /** Never set: it carries the type. */
  readonly example?: Value
}

const kind = <Value>(ts: string, complaint: (value: unknown) => string | undefined): Kind<Value> => ({ ts, complaint })

/** A string of 1 to `max` characters. */
export const text = (max: number): Kind<string> =>
  kind('string', value => {
    if (typeof value !== 'string' || value.length === 0) return 'must be a string that is not empty'
    return isLongerThan(value, max) ? `must be at most ${max} characters long` : undefined
  })

/** A string that names a property: never the one that JavaScript reads as a prototype. */
export const propertyName = (max: number): Kind<string> =>
  kind('string', value => (value === '__proto__' ? 'must be another name' : text(max).complaint(value)))

/** A string, perhaps empty, of at most `max` characters. */
export const anyText = (max: number): Kind<string> =>
  kind('string', value =>
    typeof value === 'string' && !isLongerThan(value, max)
      ? undefined
      : `must be a string of at most ${max} characters`,
  )

/** One of a few words. */
export const oneOf = <const Words extends readonly string[]>(...words: Words): Kind<Words[number]> =>
  kind(words.map(word => `'${word}'`).join(' | '), value =>
    typeof value === 'string' && words.includes(value) ? undefined : `must be one of ${words.join(', ')}`,
  )

export const flag: Kind<boolean> = kind('boolean', value =>
  typeof value === 'boolean' ? undefined : 'must be true or false',
)

/** A positive number, such as a time in milliseconds since 1970. */
export const positive: Kind<number> = kind('number', value =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? undefined : 'must be a number above 0',
)

/** What a string, a number or a boolean is; `null` removes. */
export const scalarOrNull: Kind<string | number | boolean | null> = kind('string | number | boolean | null', value => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a string, a number, a boolean or null'
  return Number.isInteger(value) && !Number.isSafeInteger(value)
    ? 'must be a safe integer; store it as a string'
    : undefined
})

/** An absolute address that a browser may be sent to. */
export const webAddress: Kind<string> = kind('string', value => {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? undefined : 'must be an http or https URL'
})

const jsonText = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** True when nothing lies deeper than `LIMITS.jsonDepth`; never goes deeper itself. */
export const isShallow = (value: unknown, depth: number = LIMITS.jsonDepth): boolean => {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every(item => isShallow(item, depth - 1))
}

/** Anything that JSON can say. */
export const json: Kind<Json> = kind('unknown', value =>
  jsonText(value) === undefined ? 'must be a value that JSON can represent' : undefined,
)

/** An object that JSON can say. */
export const jsonObject: Kind<JsonObject> = kind('{ [name: string]: unknown }', value =>
  typeof value !== 'object' || value === null || Array.isArray(value) || jsonText(value) === undefined
    ? 'must be an object that JSON can represent'
    : undefined,
)

/** A list of 1 to `max` values of one kind. */
export const listOf = <Item>(item: Kind<Item>, max: number): Kind<readonly Item[]> =>
  kind(`readonly ${item.ts.includes(' ') && !item.ts.startsWith('{') ? `(${item.ts})` : item.ts}[]`, value => {
    if (!Array.isArray(value) || value.length === 0 || value.length > max) return `must be a list of 1 to ${max} items`
    for (const [index, one] of value.entries()) {
      const complaint = item.complaint(one)
      if (complaint) return `[${index}] ${complaint}`
    }
    return undefined
  })

interface Field {
  readonly kind: Kind<unknown>
  readonly optional: boolean
  readonly doc: string
}

/** A property that may be absent. */
export const optional = <Value>(of: Kind<Value>, doc: string) => ({ kind: of, optional: true, doc }) as const

/** A property that must be there. */
export const required = <Value>(of: Kind<Value>, doc: string) => ({ kind: of, optional: false, doc }) as const

type RecordOf<Fields> = {
  readonly [Name in keyof Fields as Fields[Name] extends { readonly optional: false }
    ? Name
    : never]: Fields[Name] extends {
    readonly kind: Kind<infer Value>
  }
    ? Value
    : never
} & {
  readonly [Name in keyof Fields as Fields[Name] extends { readonly optional: true }
    ? Name
    : never]?: Fields[Name] extends {
    readonly kind: Kind<infer Value>
  }
    ? Value
    : never
}

/** An object with known properties; others are left out of the check and of what is read. */
export const record = <const Fields extends Readonly<Record<string, Field>>>(
  fields: Fields,
): Kind<RecordOf<Fields>> => {
  const entries = Object.entries(fields)
  const members = entries.map(
    ([name, field]) => `/** ${field.doc} */\n${name}${field.optional ? '?' : ''}: ${field.kind.ts}`,
  )
  return kind(`{\n${members.join('\n')}\n}`, value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object'
    for (const [name, field] of entries) {
      const member: unknown = Reflect.get(value, name)
      if (member === undefined || member === null) {
        if (!field.optional) return `.${name} is missing`
        continue
      }
      const complaint = field.kind.complaint(member)
      if (complaint) return `.${name} ${complaint}`
    }
    return undefined
  })
}
