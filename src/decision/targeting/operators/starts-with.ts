/** `starts_with`: the attribute starts with the value, or with one of a list. */

import { type Operator, overTexts } from './operator.ts'

export const startsWith: Operator = {
  doc: 'The attribute starts with the value, or with one of a list. An absent attribute does not match.',
  compile: value =>
    overTexts(value, texts => attribute => attribute !== undefined && texts.some(text => attribute.startsWith(text))),
}
