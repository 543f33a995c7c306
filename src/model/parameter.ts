/** The parameters of a feature flag: their names, types, sizes and defaults. */

import { z } from 'zod'
import { isJsonObject, jsonByteLength } from '../base/json.ts'
import { apiError } from './error-codes.ts'
import { text } from './text.ts'

/** The types of the wire, each with what belongs to it. */
const MATCHES = {
  string: value => typeof value === 'string',
  boolean: value => typeof value === 'boolean',
  number: value => Number.isFinite(value),
  array: value => Array.isArray(value),
  object: isJsonObject,
} as const satisfies Readonly<Record<string, (value: unknown) => boolean>>

export type ParameterType = keyof typeof MATCHES

export const PARAMETER_TYPES = ['string', 'boolean', 'number', 'array', 'object'] as const satisfies ParameterType[]

/** `__proto__` is no name: in the hands of any JavaScript reader, it would be a trap. */
export const parameterNameSchema = text(1, 255).refine(
  name => name !== '__proto__',
  'is not allowed as a parameter name',
)

export const parameterSchema = z
  .strictObject({
    type: z.enum(PARAMETER_TYPES),
    value: z.unknown().meta({ description: 'The default; it has the declared type and at most 1 KB of JSON.' }),
    description: text(0, 255).optional(),
  })
  .meta({ id: 'Parameter' })

const MAX_PARAMETERS = 10

export const parametersSchema = z
  .record(parameterNameSchema, parameterSchema)
  .refine(
    parameters => Object.keys(parameters).length >= 1 && Object.keys(parameters).length <= MAX_PARAMETERS,
    `must have 1 to ${MAX_PARAMETERS} parameters`,
  )
  .meta({ minProperties: 1, maxProperties: MAX_PARAMETERS })

export type Parameter = z.output<typeof parameterSchema>
export type Parameters = z.output<typeof parametersSchema>

/** True when the value belongs to the type. */
export const matchesType = (type: ParameterType, value: unknown): boolean => MATCHES[type](value)

/** 1 KB of JSON, in UTF-8 bytes. */
const MAX_VALUE_BYTES = 1024

/**
 * Checks one value, a default or an override.
 *
 * @param subject whose value it is, for the message, such as `parameters.theme`
 * @throws `parameter_type_mismatch`, `parameter_value_too_large`
 */
export const requireValue = (subject: string, type: ParameterType, value: unknown): void => {
  if (!matchesType(type, value)) {
    throw apiError('parameter_type_mismatch', `The value of ${subject} must be of type ${type}.`)
  }
  if (jsonByteLength(value) > MAX_VALUE_BYTES) {
    throw apiError(
      'parameter_value_too_large',
      `The value of ${subject} is larger than ${MAX_VALUE_BYTES} bytes of JSON.`,
    )
  }
}

/** Checks every default of a flag. @throws as `requireValue` does */
export const requireParameters = (parameters: Parameters): void => {
  for (const [name, { type, value }] of Object.entries(parameters)) {
    requireValue(`parameters[${JSON.stringify(name)}]`, type, value)
  }
}
