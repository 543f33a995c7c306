/** Overrides: the values that a variation puts in the place of its flag's defaults. */

import { z } from 'zod'
import { isJsonObject, jsonEquals } from '../base/json.ts'
import { apiError } from './error-codes.ts'
import { type Parameters, parameterNameSchema, requireValue } from './parameter.ts'

/** Values by parameter name: as they were written, or raw. */
export type Overrides = Readonly<Record<string, unknown>>

const overrideSchema = z.union([z.strictObject({ value: z.unknown() }), z.unknown()]).meta({
  description: 'The value, wrapped as `{"value": …}` or raw. An object whose only key is `value` is the wrapped form.',
})

/** Both forms of the wire: the Beta wraps each value, later generations write it raw. */
export const overridesSchema = z.record(parameterNameSchema, overrideSchema)

/** Each in the form in which it was written. */
export const writtenOverridesSchema = z.record(z.string(), overrideSchema)

const unwrap = (written: unknown): unknown =>
  isJsonObject(written) && Object.keys(written).length === 1 && Object.hasOwn(written, 'value')
    ? written.value
    : written

const mapValues = (map: Overrides, to: (value: unknown) => unknown): Overrides =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, to(value)]))

/** Both forms reduced to raw values. */
export const toRawOverrides = (written: Overrides): Overrides => mapValues(written, unwrap)

/**
 * Checks overrides, as they are written, against the flag's parameters.
 *
 * @throws `override_unknown_parameter`, `parameter_type_mismatch`, `parameter_value_too_large`,
 *   `override_equals_default`
 */
export const requireOverrides = (parameters: Parameters, written: Overrides): void => {
  for (const [name, value] of Object.entries(toRawOverrides(written))) {
    const parameter = requireParameter(parameters, name)
    requireValue(at(name), parameter.type, value)
    if (jsonEquals(parameter.value, value)) {
      throw apiError(
        'override_equals_default',
        `The value of ${at(name)} is the default of the feature flag; leave the override out instead.`,
      )
    }
  }
}

const at = (name: string): string => `overrides[${JSON.stringify(name)}]`

const requireParameter = (parameters: Parameters, name: string) => {
  const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined
  if (parameter) return parameter
  throw apiError('override_unknown_parameter', `${at(name)}: the feature flag has no parameter of this name.`)
}

/**
 * Applies a change: its keys are merged into the stored overrides in the form in which they are written, a key set to null is removed, and null or an
 * empty map removes them all. The Beta does not say what a PATCH of overrides does, so the rule of the later
 * generation holds. Only what the change writes is checked: a stored override stays valid when the flag's default
 * has meanwhile become equal to it.
 *
 * @throws as `requireOverrides` does
 */
export const changeOverrides = (parameters: Parameters, stored: Overrides, change: Overrides | null): Overrides => {
  if (change === null || Object.keys(change).length === 0) return {}
  for (const name of Object.keys(change)) requireParameter(parameters, name)
  const removed = Object.keys(change).filter(name => change[name] === null)
  const written = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== null))
  requireOverrides(parameters, written)
  const kept = Object.entries(stored).filter(([name]) => !removed.includes(name))
  return { ...Object.fromEntries(kept), ...written }
}
