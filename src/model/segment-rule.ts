/** The rules of a segment: the two forms in which they are written, and the one that decisions read. */

import { z } from 'zod'
import { jsonByteLength } from '../base/json.ts'
import { ATTRIBUTES, type AttributeName } from '../decision/snapshot/attributes.ts'
import type { ConditionData, RuleData } from '../decision/snapshot/snapshot.ts'
import { OPERATORS, type OperatorName } from '../decision/targeting/operators/index.ts'
import { apiError } from './error-codes.ts'
import { text } from './text.ts'

const ATTRIBUTE_NAMES = Object.keys(ATTRIBUTES) as AttributeName[] // the keys of a closed table
const OPERATOR_NAMES = Object.keys(OPERATORS) as OperatorName[] // the keys of a closed table

const textSchema = text(0, 1024)
const textsSchema = z.array(textSchema).min(1, 'must name at least one value')

/** Any of the strings has to match; a plain list asks for equality. */
const expressionSchema = z
  .union(
    [
      textsSchema,
      z.strictObject({ contains: textsSchema }),
      z.strictObject({ starts_with: textsSchema }),
      z.strictObject({ ends_with: textsSchema }),
      z.strictObject({ exists: z.boolean() }),
    ],
    'must be a list of strings, or an object with one of contains, starts_with, ends_with (such a list) and exists (a boolean)',
  )
  .meta({ id: 'SegmentExpression' })

type Expression = z.output<typeof expressionSchema>

const MAX_ATTRIBUTES = 10

type GroupShape = Record<AttributeName, z.ZodOptional<typeof expressionSchema>>

const groupSchema = z
  .strictObject(
    Object.fromEntries(ATTRIBUTE_NAMES.map(name => [name, expressionSchema.optional()])) as GroupShape, // one key per name
  )
  .refine(
    group => Object.keys(group).length >= 1 && Object.keys(group).length <= MAX_ATTRIBUTES,
    `must have 1 to ${MAX_ATTRIBUTES} attributes`,
  )
  .meta({ id: 'SegmentGroup', minProperties: 1, maxProperties: MAX_ATTRIBUTES })

type Group = z.output<typeof groupSchema>

const matchRuleSchema = z
  .strictObject({ match: groupSchema.optional(), not_match: groupSchema.optional() })
  .refine(rule => rule.match !== undefined || rule.not_match !== undefined, {
    message: 'must have match, not_match or both',
    abort: true, // or the union would take this form for the one that was meant
  })
  .meta({ id: 'SegmentMatchRule', minProperties: 1 })

const isPresence = (operator: OperatorName): boolean => operator === 'exists' || operator === 'not_exists'

const conditionSchema = z
  .strictObject({
    attribute: z.enum(ATTRIBUTE_NAMES),
    operator: z.enum(OPERATOR_NAMES),
    value: z
      .union([textSchema, textsSchema, z.boolean()], 'must be a string, a list of strings or a boolean')
      .optional(),
  })
  .refine(({ operator, value }) => !isPresence(operator) || value === undefined || typeof value === 'boolean', {
    path: ['value'],
    message: 'must be true, false or absent for this operator',
  })
  .refine(({ operator, value }) => isPresence(operator) || typeof value === 'string' || Array.isArray(value), {
    path: ['value'],
    message: 'must be a string or a list of strings for this operator',
  })
  .meta({ id: 'SegmentCondition' })

const conditionsRuleSchema = z
  .strictObject({
    match_type: z.enum(['all', 'any', 'none']),
    conditions: z.array(conditionSchema).min(1, 'must have at least one condition'),
  })
  .meta({ id: 'SegmentConditionsRule' })

/**
 * One rule. The API of the wire knows `match` and `not_match`; the tutorials write `match_type` and `conditions`.
 * Both are taken, and each comes back in the form in which it was written.
 */
export const segmentRuleSchema = z.union([matchRuleSchema, conditionsRuleSchema]).meta({ id: 'SegmentRule' })

export type SegmentRule = z.output<typeof segmentRuleSchema>

const toCondition = (attribute: string, expression: Expression): ConditionData => {
  if (Array.isArray(expression)) return { attribute, operator: 'in', value: expression }
  const [[operator, value] = ['', undefined]] = Object.entries(expression)
  return { attribute, operator, value }
}

const toConditions = (group: Group): ConditionData[] =>
  Object.entries(group).flatMap(([attribute, expression]) => (expression ? toCondition(attribute, expression) : []))

/** `not_match` holds when none of its conditions does: every attribute that it names excludes by itself. */
const matchGroups = ({ match, not_match }: z.output<typeof matchRuleSchema>): RuleData['groups'] => [
  ...(match ? [{ kind: 'all' as const, conditions: toConditions(match) }] : []),
  ...(not_match ? [{ kind: 'none' as const, conditions: toConditions(not_match) }] : []),
]

/** Reduces either form to the one that decisions read. */
export const toRuleData = (rule: SegmentRule): RuleData =>
  'match_type' in rule
    ? {
        groups: [
          {
            kind: rule.match_type,
            conditions: rule.conditions.map(({ value, ...condition }) =>
              value === undefined ? condition : { ...condition, value },
            ),
          },
        ],
      }
    : { groups: matchGroups(rule) }

const MAX_RULE_BYTES = 4 * 1024
const MAX_RULES_BYTES = 10 * 1024

/** Bounds the rules, as JSON in UTF-8. @throws `segment_too_large` */
export const requireRuleSizes = (rules: readonly SegmentRule[]): void => {
  const large = rules.findIndex(rule => jsonByteLength(rule) > MAX_RULE_BYTES)
  if (large >= 0) throw apiError('segment_too_large', `rules[${large}] is larger than ${MAX_RULE_BYTES} bytes of JSON.`)
  if (jsonByteLength(rules) > MAX_RULES_BYTES) {
    throw apiError('segment_too_large', `The rules are larger than ${MAX_RULES_BYTES} bytes of JSON.`)
  }
}
