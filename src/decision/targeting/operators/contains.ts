/** `contains`: the attribute contains the value, or at least one of a list. */

import { type Operator, overTexts } from './operator.ts'

export const contains: Operator = {
  doc: 'The attribute contains the value, or at least one of a list. An absent attribute does not match.',
  compile: value =>
    overTexts(value, texts => attribute => attribute !== undefined && texts.some(text => attribute.includes(text))),
}
