/** The table of segment operators, keyed by the name on the wire. */

import { contains } from './contains.ts'
import { endsWith } from './ends-with.ts'
import { equals } from './equals.ts'
import { exists } from './exists.ts'
import { isIn } from './in.ts'
import { notEquals } from './not-equals.ts'
import { notExists } from './not-exists.ts'
import { notIn } from './not-in.ts'
import type { Operator } from './operator.ts'
import { startsWith } from './starts-with.ts'

export const OPERATORS = {
  equals,
  not_equals: notEquals,
  in: isIn,
  not_in: notIn,
  contains,
  starts_with: startsWith,
  ends_with: endsWith,
  exists,
  not_exists: notExists,
} as const satisfies { readonly [name: string]: Operator }

export type OperatorName = keyof typeof OPERATORS

/** True for a name that a condition may use. */
export const isOperatorName = (name: string): name is OperatorName => Object.hasOwn(OPERATORS, name)
