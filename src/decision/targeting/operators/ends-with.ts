/** `ends_with`: the attribute ends with the value, or with one of a list. */

import { type Operator, overTexts } from './operator.ts'

export const endsWith: Operator = {
  doc: 'The attribute ends with the value, or with one of a list. An absent attribute does not match.',
  compile: value =>
    overTexts(value, texts => attribute => attribute !== undefined && texts.some(text => attribute.endsWith(text))),
}
