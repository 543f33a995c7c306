import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compile } from '../compile.ts'
import { decide, isIdle } from '../decide.ts'
import { AUTHENTICATION_FLOWS, type AuthenticationFlow, areExclusive, FLOWS_BY_MOMENT, type Flow } from './flow.ts'
import type { ExperimentData } from './snapshot.ts'

const FLOWS = Object.values(FLOWS_BY_MOMENT).flat() as readonly Flow[]
const NAMES = Object.keys(AUTHENTICATION_FLOWS) as readonly AuthenticationFlow[]

const experimentOf = (authentication_flow: AuthenticationFlow, rest: Partial<ExperimentData> = {}): ExperimentData => ({
  id: `exp_${authentication_flow}`,
  status: 'active',
  allocation_strategy: 'percentage',
  subject: 'device',
  flag: { id: 'flg_1', parameters: {} },
  variations: [{ id: 'var_1', name: 'only', overrides: {} }],
  allocations: [{ variation_id: 'var_1', is_control: true, weight: 100 }],
  ...rest,
  authentication_flow,
})

/** A set of active experiments as the database allows it. */
const activeTogether = fc.uniqueArray(fc.constantFrom(...NAMES)).map(names => {
  const chosen: AuthenticationFlow[] = []
  for (const name of names) if (!chosen.some(other => areExclusive(name, other))) chosen.push(name)
  return chosen
})

const flowOf = fc.constantFrom(...FLOWS)

test('every flow is documented in a sentence', () => {
  for (const { doc } of Object.values(AUTHENTICATION_FLOWS)) assert.match(doc, /^[A-Z].+\.$/)
})

test('exclusion holds both ways, of each flow with itself, and of all with every other', () => {
  for (const one of NAMES) {
    assert.ok(areExclusive(one, one), one)
    assert.ok(areExclusive(one, 'all'), one)
    for (const other of NAMES) assert.equal(areExclusive(one, other), areExclusive(other, one), `${one}, ${other}`)
  }
})

test('of experiments that may be active together, each flow is decided by one at most, and only by one of that flow', () => {
  fc.assert(
    fc.property(activeTogether, flowOf, (names, flow) => {
      const snapshot = compile({ version: 1, segments: [], experiments: names.map(name => experimentOf(name)) })
      const deciding = names.filter(name => AUTHENTICATION_FLOWS[name].decides.includes(flow))
      assert.ok(deciding.length <= 1)
      const { assignment, reason } = decide(snapshot, { flow, subjects: { device: 'a' } })
      assert.deepEqual(assignment?.authentication_flow, deciding[0])
      assert.equal(reason, deciding[0] ? 'auto_percentage' : 'no_active_experiment')
    }),
  )
})

test('a request that names an experiment has no other in any flow of a login', () => {
  const loginFlows = FLOWS.filter(flow => flow !== 'password_reset')
  const named = fc.constantFrom(...NAMES.filter(name => name !== 'password_reset'))
  fc.assert(
    fc.property(activeTogether, named, (names, flow) => {
      const experiments = [
        ...names.map(name => experimentOf(name)),
        experimentOf(flow, { id: 'exp_named', status: 'draft' }),
      ]
      const snapshot = compile({ version: 1, segments: [], experiments })
      const override = { experiment_id: 'exp_named' }
      const assigned = loginFlows.map(asked => [
        asked,
        decide(snapshot, { flow: asked, subjects: { device: 'a' }, override }).assignment?.experiment_id,
      ])
      const { decides } = AUTHENTICATION_FLOWS[flow]
      assert.deepEqual(
        assigned,
        loginFlows.map(asked => [asked, decides.includes(asked) ? 'exp_named' : undefined]),
      )
    }),
  )
})

test('where a snapshot is idle for a flow, no decision has an assignment or a warning', () => {
  const id = fc.constantFrom(undefined, '', 'exp_login', 'var_1', 'x')
  const overrides = fc.record({ experiment_id: id, variation_id: id, segment_id: id })
  fc.assert(
    fc.property(activeTogether, flowOf, overrides, (names, flow, override) => {
      const snapshot = compile({ version: 1, segments: [], experiments: names.map(name => experimentOf(name)) })
      if (!isIdle(snapshot, flow, override)) return
      const { assignment, warnings } = decide(snapshot, { flow, subjects: { device: 'a' }, override })
      assert.deepEqual([assignment, warnings], [null, []])
    }),
  )
})
