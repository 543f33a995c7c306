/** What a segment operator is, and reading the value that a rule gives it. */

/** Says whether an attribute satisfies a condition; total: it answers for any string and for an absent attribute. */
export type Matcher = (attribute: string | undefined) => boolean

export interface Operator {
  readonly doc: string
  /** Whether it asks what the attribute is not, so that it holds only where it holds for every spelling of a value. */
  readonly negative?: boolean
  /**
   * Prepares a condition's value. For an attribute that ignores case the caller has lower-cased the value, and
   * lower-cases the attribute before each call: operators compare exactly.
   *
   * @returns {@link never} for a value that the operator cannot read
   */
  readonly compile: (value: unknown) => Matcher
}

/** The matcher of a condition that cannot be read; its identity tells a rule that it must match no request. */
export const never: Matcher = () => false

/** The strings of a condition: one, or a list that is not empty; `undefined` for anything else. */
export const toTexts = (value: unknown): readonly string[] | undefined => {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
  return texts.length > 0 && texts.every(text => typeof text === 'string') ? texts : undefined
}

/** A matcher over the strings of a condition, or {@link never} when there are none. */
export const overTexts = (value: unknown, compile: (texts: readonly string[]) => Matcher): Matcher => {
  const texts = toTexts(value)
  return texts === undefined ? never : compile(texts)
}

/** Up to here comparing each string is faster than hashing the attribute, which a lower-cased one needs anew. */
const SHORT_LIST = 8

/** True for an attribute that is one of the strings. */
export const isOneOf = (texts: readonly string[]): Matcher => {
  if (texts.length > SHORT_LIST) {
    const set: ReadonlySet<unknown> = new Set(texts)
    return attribute => set.has(attribute)
  }
  return attribute => {
    for (const text of texts) if (text === attribute) return true
    return false
  }
}

/** The opposite of a matcher, for an absent attribute as well. */
export const negate =
  (matches: Matcher): Matcher =>
  attribute =>
    !matches(attribute)
