/** `assert` of Node. */

import { isDeepStrictEqual } from '../deep-equal.ts'
import type { PartSurroundings } from '../part.ts'

interface Details {
  readonly actual?: unknown
  readonly expected?: unknown
  readonly operator?: string
  readonly message?: string
}

class AssertionError extends Error {
  override readonly name = 'AssertionError'
  readonly code = 'ERR_ASSERTION'
  readonly actual: unknown
  readonly expected: unknown
  readonly operator: string | undefined
  readonly generatedMessage: boolean
  constructor({ actual, expected, operator, message }: Details) {
    super(message ?? 'The assertion failed')
    this.actual = actual
    this.expected = expected
    this.operator = operator
    this.generatedMessage = message === undefined
  }
}

type Compare = (actual: unknown, expected: unknown) => boolean

/** A regular expression, a class, a function that judges, or an object whose members the error must have. */
const fits = (error: unknown, expected: unknown): boolean => {
  if (expected === undefined || typeof expected === 'string') return true
  if (expected instanceof RegExp) return expected.test(String(error))
  if (typeof expected === 'function') {
    const isClass = expected === Error || expected.prototype instanceof Error
    return isClass ? error instanceof (expected as ErrorConstructor) : expected(error) === true // it is an error's class
  }
  return Object.entries(Object(expected)).every(([name, value]) => {
    const actual: unknown = Reflect.get(Object(error), name)
    return value instanceof RegExp && typeof actual === 'string' ? value.test(actual) : isDeepStrictEqual(actual, value)
  })
}

const match: Compare = (text, pattern) => pattern instanceof RegExp && pattern.test(String(text))

/** `==` and not `===`, as Node has it. */
// biome-ignore lint/suspicious/noDoubleEquals: the rule of assert.equal
const looseEqual: Compare = (a, b) => a == b || (Number.isNaN(a) && Number.isNaN(b))

type Fail = (message: unknown, details: Details) => void

const fail: Fail = (message, details) => {
  if (message instanceof Error) throw message
  throw new AssertionError({ ...details, ...(message === undefined ? {} : { message: String(message) }) })
}

const not =
  (compare: Compare): Compare =>
  (a, b) =>
    !compare(a, b)

type Thrown = { readonly error: unknown } | undefined

const judge = (thrown: Thrown, expected: unknown, message: unknown): void => {
  const text = typeof expected === 'string' ? expected : message
  if (!thrown) fail(text ?? 'Missing expected exception', { expected, operator: 'throws' })
  else if (!fits(thrown.error, expected)) {
    if (text === undefined) throw thrown.error
    fail(text, { actual: thrown.error, expected, operator: 'throws' })
  }
}

const run = (of: () => unknown): Thrown => {
  try {
    of()
    return undefined
  } catch (error) {
    return { error }
  }
}

const settle = async (of: unknown): Promise<Thrown> => {
  try {
    await (typeof of === 'function' ? of() : of)
    return undefined
  } catch (error) {
    return { error }
  }
}

/** What does not compare two values. */
const JUDGEMENTS = {
  AssertionError,
  fail: (message: unknown = 'Failed') => fail(message, { operator: 'fail' }),
  throws: (of: () => unknown, expected?: unknown, message?: unknown) => judge(run(of), expected, message),
  rejects: async (of: unknown, expected?: unknown, message?: unknown) => judge(await settle(of), expected, message),
  doesNotThrow: (of: () => unknown): void => {
    const thrown = run(of)
    if (thrown) throw thrown.error
  },
  doesNotReject: async (of: unknown): Promise<void> => {
    const thrown = await settle(of)
    if (thrown) throw thrown.error
  },
  ifError: (value: unknown): void => {
    if (value !== null && value !== undefined) throw value
  },
}

/** Name → what must hold of two values. */
const STRICT: Readonly<Record<string, Compare>> = {
  strictEqual: Object.is,
  notStrictEqual: not(Object.is),
  deepStrictEqual: isDeepStrictEqual,
  notDeepStrictEqual: not(isDeepStrictEqual),
  deepEqual: isDeepStrictEqual,
  notDeepEqual: not(isDeepStrictEqual),
  match,
  doesNotMatch: not(match),
}

export const make = ({ inspect }: PartSurroundings): unknown => {
  const ok = (value: unknown, message?: unknown): void => {
    if (!value) fail(message ?? `${inspect(value)} is not truthy`, { actual: value, expected: true, operator: '==' })
  }
  const comparisons = (table: Readonly<Record<string, Compare>>) =>
    Object.fromEntries(
      Object.entries(table).map(([operator, compare]) => [
        operator,
        (actual: unknown, expected: unknown, message?: unknown): void => {
          if (compare(actual, expected)) return
          const text = `${inspect(actual)} ${operator} ${inspect(expected)} does not hold`
          fail(message ?? text, { actual, expected, operator })
        },
      ]),
    )
  const create = (equal: Compare) =>
    Object.assign((value: unknown, message?: unknown) => ok(value, message), JUDGEMENTS, {
      ok,
      ...comparisons({ ...STRICT, equal, notEqual: not(equal) }),
    })
  const strict = create(Object.is)
  return Object.assign(create(looseEqual), { strict: Object.assign(strict, { strict }) })
}
