import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compile } from './compile.ts'
import { decide } from './decide.ts'
import type { AllocationData, ExperimentData } from './snapshot/snapshot.ts'

const CONTROL = 'var_0'

const variationIds = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `var_${i}`)

/** An active percentage experiment over `var_0`, `var_1`, …; the first is the control. */
const experimentOf = (allocations: readonly AllocationData[], rest: Partial<ExperimentData> = {}): ExperimentData => ({
  id: 'exp_property',
  status: 'active',
  authentication_flow: 'authentication',
  allocation_strategy: 'percentage',
  subject: 'device',
  flag: { id: 'flg_1', parameters: { enabled: { value: false } } },
  variations: allocations.map(({ variation_id }) => ({ id: variation_id, name: variation_id, overrides: {} })),
  allocations,
  ...rest,
})

const weighted = (weights: readonly (number | undefined)[]): readonly AllocationData[] =>
  weights.map((weight, i) => ({
    variation_id: `var_${i}`,
    is_control: i === 0,
    ...(weight !== undefined && { weight }),
  }))

/** Who is given what by an experiment: a function from subject to variation. */
const assigner = (experiment: ExperimentData) => {
  const snapshot = compile({ version: 1, experiments: [experiment], segments: [] })
  return (subject: string): string | undefined =>
    decide(snapshot, { subjects: { device: subject } }).assignment?.variation_id
}

const SUBJECTS = 1_000_000

/** Repeatable ids without any order, as long as those of the device cookie (mulberry32). */
const randomIds = (seed: number): readonly string[] => {
  let state = seed
  const draw = (): string => {
    state = (state + 0x6d2b79f5) | 0
    const a = Math.imul(state ^ (state >>> 15), state | 1)
    const b = a ^ (a + Math.imul(a ^ (a >>> 7), a | 61))
    return ((b ^ (b >>> 14)) >>> 0).toString(36)
  }
  return Array.from({ length: SUBJECTS }, () => draw() + draw() + draw())
}

const random = randomIds(20261121)
const POPULATIONS: { readonly [name: string]: (i: number) => string } = {
  'sequential ids': i => `device-${i}`,
  'numeric ids': i => String(10_000_000 + i),
  'random ids': i => random[i] ?? assert.fail(),
}

/** The 99.9 % quantiles of chi-square, by degrees of freedom. */
const CHI_SQUARE_999: { readonly [df: number]: number } = { 1: 10.828, 2: 13.816, 5: 20.515 }

const chiSquare = (observed: readonly number[], expected: readonly number[]): number =>
  observed.reduce((sum, count, i) => sum + (count - (expected[i] ?? 0)) ** 2 / (expected[i] ?? 0), 0)

for (const [population, idOf] of Object.entries(POPULATIONS)) {
  for (const weights of [
    [90, 10],
    [33.3, 33.3, 33.4],
    [50, 20, 15, 10, 4.99, 0.01],
  ]) {
    test(`a million ${population} are shared out ${weights.join('/')} within the bounds of chance`, () => {
      const variationOf = assigner(experimentOf(weighted(weights), { id: `exp_shares_${weights.length}` }))
      const counts = new Map(variationIds(weights.length).map(id => [id, 0]))
      for (let i = 0; i < SUBJECTS; i++) {
        const variation = variationOf(idOf(i)) ?? assert.fail('no subject may be left out')
        counts.set(variation, (counts.get(variation) ?? assert.fail(variation)) + 1)
      }
      const expected = weights.map(weight => (weight / 100) * SUBJECTS)
      const statistic = chiSquare([...counts.values()], expected)
      assert.ok(statistic < (CHI_SQUARE_999[weights.length - 1] ?? 0), `chi-square ${statistic}`)
    })
  }

  test(`two experiments divide a million ${population} independently of each other`, () => {
    const halves = experimentOf(weighted([50, 50]))
    const first = assigner({ ...halves, id: 'exp_1' })
    const second = assigner({ ...halves, id: 'exp_2' })
    const table = [0, 0, 0, 0]
    for (let i = 0; i < SUBJECTS; i++) {
      const subject = idOf(i)
      const cell = (first(subject) === CONTROL ? 0 : 2) + (second(subject) === CONTROL ? 0 : 1)
      table[cell] = (table[cell] ?? 0) + 1
    }
    const [a = 0, b = 0, c = 0, d = 0] = table
    const statistic = (SUBJECTS * (a * d - b * c) ** 2) / ((a + b) * (c + d) * (a + c) * (b + d))
    assert.ok(statistic < (CHI_SQUARE_999[1] ?? 0), `chi-square ${statistic} of ${table}`)
  })
}

const weight = fc.oneof(
  fc.constant(0),
  fc.constantFrom(0.01, 1, 10, 50),
  fc.integer({ min: 1, max: 10_000 }).map(n => n / 100),
)
const weights = fc.array(weight, { minLength: 2, maxLength: 20 })
const subjects = fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1, maxLength: 50 })

test('raising one weight moves subjects into that variation and into no other', () => {
  fc.assert(
    fc.property(weights, fc.nat(19), weight, subjects, (before, at, more, people) => {
      const raised = at % before.length
      const after = before.map((value, i) => (i === raised ? value + more : value))
      const [was, is] = [assigner(experimentOf(weighted(before))), assigner(experimentOf(weighted(after)))]
      for (const subject of people) assert.ok([was(subject), `var_${raised}`].includes(is(subject)))
    }),
  )
})

test('adding a variation moves subjects into it and into no other', () => {
  fc.assert(
    fc.property(weights, weight, subjects, (before, added, people) => {
      const [was, is] = [assigner(experimentOf(weighted(before))), assigner(experimentOf(weighted([...before, added])))]
      for (const subject of people) assert.ok([was(subject), `var_${before.length}`].includes(is(subject)))
    }),
  )
})

test('removing a variation moves only those who were in it', () => {
  fc.assert(
    fc.property(weights, subjects, (before, people) => {
      const last = `var_${before.length - 1}`
      const [was, is] = [
        assigner(experimentOf(weighted(before))),
        assigner(experimentOf(weighted(before.slice(0, -1)))),
      ]
      for (const subject of people) if (was(subject) !== last) assert.equal(is(subject), was(subject))
    }),
  )
})

test('a weight of 0 receives no subject, and the others receive all', () => {
  fc.assert(
    fc.property(weights, subjects, (given, people) => {
      const variationOf = assigner(experimentOf(weighted(given)))
      const open = variationIds(given.length).filter((_, i) => (given[i] ?? 0) > 0)
      for (const subject of people) {
        const variation = variationOf(subject)
        assert.ok(variation === undefined ? open.length === 0 : open.includes(variation))
      }
    }),
  )
})

test('neither the order of the allocations nor a common factor of the weights changes an assignment', () => {
  fc.assert(
    fc.property(weights, subjects, (given, people) => {
      const allocations = weighted(given)
      const reference = assigner(experimentOf(allocations))
      const reversed = assigner(experimentOf(allocations.toReversed()))
      const doubled = assigner(experimentOf(weighted(given.map(value => value * 2))))
      for (const subject of people) {
        assert.equal(reversed(subject), reference(subject))
        assert.equal(doubled(subject), reference(subject))
      }
    }),
  )
})

test('raising the level of a ramp never takes a treated subject back, nor into another treatment', () => {
  const level = fc.integer({ min: 0, max: 100 })
  const treatments = fc.array(fc.option(weight, { nil: undefined }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(treatments, level, level, subjects, (members, one, other, people) => {
      const levels = [Math.min(one, other), Math.max(one, other)]
      const at = (current_level: number | undefined) =>
        assigner(experimentOf(weighted([undefined, ...members]), { levels, current_level: current_level ?? null }))
      const [lower, higher] = [at(levels[0]), at(levels[1])]
      for (const subject of people) {
        if (lower(subject) !== CONTROL) assert.equal(higher(subject), lower(subject))
      }
    }),
  )
})

test('the configuration holds each parameter of the flag and no other, for all overrides', () => {
  const name = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('__proto__', 'constructor', 'value'))
  const parameters = fc.dictionary(name, fc.jsonValue(), { minKeys: 1, maxKeys: 10 })
  fc.assert(
    fc.property(parameters, fc.dictionary(name, fc.jsonValue()), (defaults, overrides) => {
      const flag = {
        id: 'flg_1',
        parameters: Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, { value }])),
      }
      const experiment = experimentOf(weighted([100]), {
        flag,
        variations: [{ id: CONTROL, name: 'control', overrides }],
      })
      const snapshot = compile({ version: 1, experiments: [experiment], segments: [] })
      const config = decide(snapshot, { subjects: { device: 'a' } }).assignment?.config ?? assert.fail()
      assert.deepEqual(Object.keys(config).toSorted(), Object.keys(defaults).toSorted())
      for (const key of Object.keys(defaults)) {
        const expected = Object.hasOwn(overrides, key) ? overrides[key] : defaults[key]
        assert.deepEqual(config[key], { value: expected })
      }
    }),
  )
})
