/** `not_in`: the attribute is none of the values. */

import { isOneOf, negate, type Operator, overTexts } from './operator.ts'

export const notIn: Operator = {
  doc: 'The attribute is none of the values. An absent attribute matches.',
  negative: true,
  compile: value => overTexts(value, texts => negate(isOneOf(texts))),
}
