/**
 * What an argument of an api method must be, told by the check itself: it is shown values that it refuses, and what it
 * complains of is the rule. So the reference cannot promise what the sandbox does not keep.
 */

import type { Kind } from '../../src/actions/contract/api/kind.ts'
import type { ApiMethod, Parameter } from '../../src/actions/contract/api/method.ts'

export interface Member {
  readonly name: string
  readonly optional: boolean
  readonly ts: string
  readonly doc: string
  /** Ends of a sentence that begins with "must be". */
  readonly rules: readonly string[]
}

/** Nothing takes a function; longer texts and lists than any limit; what has no address. */
const REFUSED: readonly unknown[] = [() => undefined, 'x'.repeat(1_000_000), '', []]

const MUST_BE = /^must be /

const rulesFrom = (complaints: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(complaints.filter(text => text !== undefined && MUST_BE.test(text)).map(text => text?.slice(8) ?? '')),
]

const rulesOf = (kind: Kind<unknown>): readonly string[] => rulesFrom(REFUSED.map(value => kind.complaint(value)))

/** A property of a record in the declarations: its doc, then its name and type. */
const PROPERTY = /^\/\*\* (.*) \*\/\n(\w+)(\??): (.*)$/gm

/** The members of a record, and what each must be when the ones that are required are there. */
const membersOf = ({ name, kind }: Parameter): readonly Member[] => {
  const properties = [...kind.ts.matchAll(PROPERTY)]
  const whole = Object.fromEntries(properties.filter(([, , , mark]) => !mark).map(([, , of = '']) => [of, 'x']))
  return properties.map(([, doc = '', property = '', mark, ts = '']) => ({
    name: `${name}.${property}`,
    optional: mark === '?',
    ts,
    doc,
    rules: rulesFrom(
      REFUSED.map(value => {
        const complaint = kind.complaint({ ...whole, [property]: value })
        return complaint?.startsWith(`.${property} `) ? complaint.slice(property.length + 2) : undefined
      }),
    ),
  }))
}

const isRecord = ({ ts }: Kind<unknown>): boolean => ts.startsWith('{\n')

/** A parameter and, below it, the members of an object that it is. */
export const explainParameter = (parameter: Parameter): readonly Member[] => {
  const { name, optional, kind, doc } = parameter
  if (isRecord(kind)) return [{ name, optional, ts: 'object', doc, rules: [] }, ...membersOf(parameter)]
  return [{ name, optional, ts: kind.ts, doc, rules: rulesOf(kind) }]
}

/** Values of which every kind takes one. */
const ACCEPTED: readonly unknown[] = [
  { type: 'otp', secret: 'x' },
  'x',
  'https://example.com/',
  'any',
  'persistent',
  1,
  [{ type: 'otp' }],
]

/**
 * Arguments that the method takes.
 *
 * @throws TypeError for a kind of which no value is known here
 */
export const acceptedArguments = ({ path, parameters }: ApiMethod): readonly unknown[] =>
  parameters.map(({ name, kind }) => {
    const value = ACCEPTED.find(one => kind.complaint(one) === undefined)
    if (value === undefined) throw new TypeError(`add a value that ${name} of api.${path} takes`)
    return value
  })
