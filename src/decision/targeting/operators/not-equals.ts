/** `not_equals`: the attribute is neither the value nor one of the values of a list. */

import { isOneOf, negate, type Operator, overTexts } from './operator.ts'

export const notEquals: Operator = {
  doc: 'The attribute is neither the value nor one of the values of a list. An absent attribute matches.',
  negative: true,
  compile: value => overTexts(value, texts => negate(isOneOf(texts))),
}
