/** `in`: the attribute is one of the values. */

import { isOneOf, type Operator, overTexts } from './operator.ts'

export const isIn: Operator = {
  doc: 'The attribute is one of the values. An absent attribute does not match.',
  compile: value => overTexts(value, isOneOf),
}
