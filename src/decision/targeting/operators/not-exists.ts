/** `not_exists`: the attribute is unknown, or known when the value is `false`. */

import { never, type Operator } from './operator.ts'

export const notExists: Operator = {
  doc: 'The attribute is unknown; with the value `false`, it is known.',
  compile: (value = true) => (typeof value === 'boolean' ? attribute => (attribute === undefined) === value : never),
}
