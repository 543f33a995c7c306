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

export const make = ({ inspect }: PartSurroundings): unknown => {
  const fail = (message: unknown, details: Details): never => {
    if (message instanceof Error) throw message
    throw new AssertionError({ ...details, ...(message === undefined ? {} : { message: String(message) }) })
  }
  const ok = (value: unknown, message?: unknown): void => {
    if (!value) fail(message ?? `${inspect(value)} is not truthy`, { actual: value, expected: true, operator: '==' })
  }
  const comparison =
    (operator: string, compare: Compare) =>
    (actual: unknown, expected: unknown, message?: unknown): void => {
      if (compare(actual, expected)) return
      const text = `${inspect(actual)} ${operator} ${inspect(expected)} does not hold`
      fail(message ?? text, { actual, expected, operator })
    }
  const not =
    (compare: Compare): Compare =>
    (a, b) =>
      !compare(a, b)
  const judge = (thrown: { readonly error: unknown } | undefined, expected: unknown, message: unknown): void => {
    const text = typeof expected === 'string' ? expected : message
    if (!thrown) fail(text ?? 'Missing expected exception', { expected, operator: 'throws' })
    else if (!fits(thrown.error, expected)) {
      if (text === undefined) throw thrown.error
      fail(text, { actual: thrown.error, expected, operator: 'throws' })
    }
  }
  const run = (of: () => unknown) => {
    try {
      of()
      return undefined
    } catch (error) {
      return { error }
    }
  }
  const settle = async (of: unknown) => {
    try {
      await (typeof of === 'function' ? of() : of)
      return undefined
    } catch (error) {
      return { error }
    }
  }
  const strict = {
    AssertionError,
    ok,
    fail: (message: unknown = 'Failed') => fail(message, { operator: 'fail' }),
    strictEqual: comparison('strictEqual', Object.is),
    notStrictEqual: comparison('notStrictEqual', not(Object.is)),
    deepStrictEqual: comparison('deepStrictEqual', isDeepStrictEqual),
    notDeepStrictEqual: comparison('notDeepStrictEqual', not(isDeepStrictEqual)),
    match: comparison('match', match),
    doesNotMatch: comparison('doesNotMatch', not(match)),
    throws: (of: () => unknown, expected?: unknown, message?: unknown) => judge(run(of), expected, message),
    doesNotThrow: (of: () => unknown): void => {
      const thrown = run(of)
      if (thrown) throw thrown.error
    },
    rejects: async (of: unknown, expected?: unknown, message?: unknown) => judge(await settle(of), expected, message),
    doesNotReject: async (of: unknown): Promise<void> => {
      const thrown = await settle(of)
      if (thrown) throw thrown.error
    },
    ifError: (value: unknown): void => {
      if (value !== null && value !== undefined) throw value
    },
  }
  const strictAssert = Object.assign((value: unknown, message?: unknown) => ok(value, message), strict, {
    equal: strict.strictEqual,
    notEqual: strict.notStrictEqual,
    deepEqual: strict.deepStrictEqual,
    notDeepEqual: strict.notDeepStrictEqual,
  })
  return Object.assign((value: unknown, message?: unknown) => ok(value, message), strict, {
    equal: comparison('==', looseEqual),
    notEqual: comparison('!=', not(looseEqual)),
    deepEqual: strict.deepStrictEqual,
    notDeepEqual: strict.notDeepStrictEqual,
    strict: Object.assign(strictAssert, { strict: strictAssert }),
  })
}
