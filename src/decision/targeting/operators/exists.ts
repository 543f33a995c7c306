/** `exists`: the attribute is known, or unknown when the value is `false`. */

import { never, type Operator } from './operator.ts'

export const exists: Operator = {
  doc: 'The attribute is known, even if it is empty; with the value `false`, it is unknown.',
  compile: (value = true) => (typeof value === 'boolean' ? attribute => (attribute !== undefined) === value : never),
}
