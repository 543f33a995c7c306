/** Segments: rules over a request's attributes, compiled once into closures. */

import { ATTRIBUTES, type Attribute, type Attributes, isAttributeName } from '../snapshot/attributes.ts'
import { answerOnce, type ListedValues } from '../snapshot/listed-values.ts'
import type { ConditionData, RuleData, SegmentData } from '../snapshot/snapshot.ts'
import { isOperatorName, OPERATORS } from './operators/index.ts'
import { type Matcher, never, type Operator } from './operators/operator.ts'

/** Says whether a request's attributes are in a segment; total, and free of allocation unless a text must be lower-cased. */
export type AttributesPredicate = (attributes: Attributes) => boolean

type GroupKind = RuleData['groups'][number]['kind']

const noRequest: AttributesPredicate = () => false

// Hot path: a list of one, which is the usual case, costs no loop.
const every = (predicates: readonly AttributesPredicate[]): AttributesPredicate => {
  const [only] = predicates
  if (only !== undefined && predicates.length === 1) return only
  return attributes => {
    for (const holds of predicates) if (!holds(attributes)) return false
    return true
  }
}

const some = (predicates: readonly AttributesPredicate[]): AttributesPredicate => {
  const [only] = predicates
  if (only !== undefined && predicates.length === 1) return only
  return attributes => {
    for (const holds of predicates) if (holds(attributes)) return true
    return false
  }
}

const GROUPS: { readonly [Kind in GroupKind]: typeof every } = {
  all: every,
  any: some,
  none: predicates => {
    const holds = some(predicates)
    return attributes => !holds(attributes)
  },
}

const toText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const lowerCase = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(lowerCase)
  return typeof value === 'string' ? value.toLowerCase() : value
}

const ignoringCase =
  (matches: Matcher): Matcher =>
  attribute =>
    matches(attribute?.toLowerCase())

/** Every spelling of a listed value is the same value: a rule that names one of them matches it, or excludes it. */
const overSpellings = (matches: Matcher, { negative }: Operator, values: ListedValues): Matcher => {
  const answers = answerOnce(values, spellings => (negative ? spellings.every(matches) : spellings.some(matches)))
  const otherwise = ignoringCase(matches)
  return attribute =>
    attribute === undefined
      ? matches(attribute)
      : (answers.get(attribute) ?? answers.get(attribute.toLowerCase()) ?? otherwise(attribute))
}

const compileMatcher = (operator: Operator, { ignoresCase, values }: Attribute, value: unknown): Matcher => {
  const matches = operator.compile(ignoresCase ? lowerCase(value) : value)
  if (matches === never) return never
  if (values !== undefined) return overSpellings(matches, operator, values)
  return ignoresCase ? ignoringCase(matches) : matches
}

const compileCondition = ({ attribute, operator, value }: ConditionData): AttributesPredicate | undefined => {
  if (!isAttributeName(attribute) || !isOperatorName(operator)) return undefined
  const { read } = ATTRIBUTES[attribute]
  const matches = compileMatcher(OPERATORS[operator], ATTRIBUTES[attribute], value)
  return matches === never ? undefined : attributes => matches(toText(read(attributes)))
}

/** `undefined` for a rule that cannot be read in full: inside `none`, ignoring a condition would widen the rule. */
const compileRule = ({ groups }: RuleData): AttributesPredicate | undefined => {
  const compiled: AttributesPredicate[] = []
  for (const { kind, conditions } of groups) {
    const predicates = conditions.map(compileCondition).filter(predicate => predicate !== undefined)
    if (predicates.length === 0 || predicates.length < conditions.length) return undefined
    compiled.push(GROUPS[kind](predicates))
  }
  return compiled.length === 0 ? undefined : every(compiled)
}

/**
 * Compiles a segment: a request is in it when any rule matches, and a rule matches when all of its groups do.
 *
 * What cannot be read narrows the segment and never widens it: a rule with an unknown attribute or operator, with
 * a value that its operator cannot read, or with an empty group matches no request.
 */
export const compileSegment = ({ rules }: SegmentData): AttributesPredicate => {
  const predicates = rules.map(compileRule).filter(predicate => predicate !== undefined)
  return predicates.length === 0 ? noRequest : some(predicates)
}
