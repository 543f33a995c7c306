/** `equals`: the attribute is the value, or one of the values of a list. */

import { isOneOf, type Operator, overTexts } from './operator.ts'

export const equals: Operator = {
  doc: 'The attribute is the value, or one of the values of a list. An absent attribute does not match.',
  compile: value => overTexts(value, isOneOf),
}
