/** What a decision costs: `decide()` against hand-written code and against three engines, in one process and one run. */

import assert from 'node:assert/strict'
import { createBareClosure, createBareHash } from './engines/bare.ts'
import type { BenchRequest, CreateEngine, Engine, NameVariation } from './engines/engine.ts'
import { createFlagd } from './engines/flagd.ts'
import { createGrowthBook } from './engines/growthbook.ts'
import { createOwn } from './engines/own.ts'
import { createUnleash } from './engines/unleash.ts'
import { median, spreadPercent, verdict } from './summary.ts'

const ENGINES: readonly CreateEngine[] = [
  createOwn,
  createBareHash,
  createBareClosure,
  createFlagd,
  createGrowthBook,
  createUnleash,
]

/** A power of two: more distinct requests than any cache of a branch predictor would learn by heart. */
const REQUESTS = 4096
const WARM_UP_ROUNDS = 5
const ROUNDS = 31
const MILLISECONDS_PER_ROUND = 8

const SCENARIOS = {
  percentage: 'a 90/10 experiment',
  segment: 'a segment experiment of two conditions',
} as const

type Scenario = keyof typeof SCENARIOS

/** Buffer makes flat strings, as they come out of a cookie; a concatenation would be flattened by its first reader. */
const createRequests = (): readonly BenchRequest[] =>
  Array.from({ length: REQUESTS }, (_, i) => ({
    subject: Buffer.from(`8sPzYBxGDzQ6cFJ4${100_000 + i * 77}`).toString('latin1'),
    device_type: i % 2 === 0 ? 'mobile' : 'desktop',
    country: ['US', 'CA', 'DE', 'FR'][Math.imul(i, 0x9e3779b1) >>> 30] ?? 'US',
  }))

/** An engine is only timed when it answers right: each segment request, and a tenth of the percentage requests. */
const verify = ({ name, percentage, segment }: Engine, requests: readonly BenchRequest[]): void => {
  let treated = 0
  for (const [i, { device_type, country }] of requests.entries()) {
    const isTreated = device_type === 'mobile' && ['US', 'CA'].includes(country)
    assert.equal(segment(i), isTreated ? 'treatment' : 'control', `${name}, segment, request ${i}`)
    const variation = percentage(i)
    assert.ok(variation === 'treatment' || variation === 'control', `${name}, percentage, request ${i}`)
    if (variation === 'treatment') treated += 1
  }
  assert.ok(
    Math.abs(treated / REQUESTS - 0.1) < 0.025,
    `${name} treats ${treated} of ${REQUESTS} requests, not a tenth`,
  )
}

/** The answers are counted, so that no call can be optimised away. */
const countTreated = (variationOf: NameVariation, calls: number): number => {
  let treated = 0
  for (let i = 0; i < calls; i++) if (variationOf(i & (REQUESTS - 1)) === 'treatment') treated += 1
  return treated
}

const nanosecondsPerCall = (variationOf: NameVariation, calls: number): number => {
  const started = process.hrtime.bigint()
  const treated = countTreated(variationOf, calls)
  const elapsed = Number(process.hrtime.bigint() - started)
  assert.ok(treated > 0)
  return elapsed / calls
}

/**
 * Times of every engine, round by round. Within a round each engine is called for a few milliseconds and the engines
 * take turns, so that a slow moment of the machine falls on all of them; a ratio is taken within a round.
 *
 * Our own loop instead of a library: a call takes tens of nanoseconds, less than reading the clock once.
 */
const timeRounds = (engines: readonly Engine[], scenario: Scenario): ReadonlyMap<string, readonly number[]> => {
  const calls = engines.map(engine => {
    const estimate = nanosecondsPerCall(engine[scenario], REQUESTS * 4)
    return Math.ceil((MILLISECONDS_PER_ROUND * 1e6) / estimate / REQUESTS) * REQUESTS
  })
  const times = new Map(engines.map(({ name }) => [name, [] as number[]]))
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const [i, engine] of engines.entries()) {
      const time = nanosecondsPerCall(engine[scenario], calls[i] ?? REQUESTS)
      if (round >= 0) times.get(engine.name)?.push(time)
    }
  }
  return times
}

const report = (scenario: Scenario, times: ReadonlyMap<string, readonly number[]>): void => {
  const of = (name: string): readonly number[] => times.get(name) ?? assert.fail(name)
  const own = of('decide()')
  const ratios = (name: string): readonly number[] => of(name).map((time, round) => time / (own[round] ?? Number.NaN))

  console.log(`decide() in ${SCENARIOS[scenario]}`)
  for (const [name, values] of times) {
    const figure = `${median(values).toFixed(1)} ns ± ${spreadPercent(values).toFixed(1)} %`
    console.log(`      ${name.padEnd(30)} ${figure.padStart(22)}   ${median(ratios(name)).toFixed(2)} × decide()`)
  }
  const time = median(own)
  console.log(verdict('time of a decision', `${time.toFixed(1)} ns`, '≤ 100 ns', time <= 100))
  const slower = ratios('bare closure + murmur3').map(ratio => 1 / ratio)
  const overBare = `${median(slower).toFixed(2)} ± ${spreadPercent(slower).toFixed(1)} %`
  console.log(verdict('decide() / bare closure + murmur3', overBare, '≤ 2', median(slower) <= 2))
  const faster = ratios('@openfeature/flagd-core')
  const overFlagd = `${median(faster).toFixed(1)} ± ${spreadPercent(faster).toFixed(1)} %`
  console.log(verdict('flagd-core / decide()', overFlagd, '≥ 4', median(faster) >= 4))
}

/** Prints nanoseconds per decision and the ratios, for both strategies; throws when an engine answers wrong. */
export const run = async (): Promise<void> => {
  const requests = createRequests()
  const engines = await Promise.all(ENGINES.map(create => create(requests)))
  try {
    for (const engine of engines) verify(engine, requests)
    for (const scenario of ['percentage', 'segment'] as const) report(scenario, timeRounds(engines, scenario))
  } finally {
    for (const { close } of engines) close?.()
  }
}

if (import.meta.main) await run()
