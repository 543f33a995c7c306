import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentProblems } from '../../../test/kit/document-problems.ts'
import { type MadeUpFields, madeUp } from '../../../test/kit/tenant-log.ts'
import { toTenantId } from '../../model/ids.ts'
import { logEventType } from '../events/index.ts'
import { toLogDocument } from './document.ts'
import type { LogEvent } from './log-event.ts'
import { createRefusalBudget, type RefusalBudgetOptions } from './refusal-budget.ts'

const DEV = toTenantId('dev')
const OTHER = toTenantId('other')
const START = Date.UTC(2026, 10, 30)
const [ATTACKER, OFFICE] = ['203.0.113.7', '198.51.100.7']
const FIVE = { burst: 5, secondsEach: 6 }

/** A budget before a log in memory, at a time that the test sets. */
const budgetOf = (rate: RefusalBudgetOptions['rate']) => {
  const written: LogEvent[] = []
  const errors: unknown[] = []
  const state = { now: 0, isAway: false }
  const log = {
    async record(event: LogEvent) {
      if (state.isAway) throw new TypeError('away')
      return `id-${written.push(event)}`
    },
  }
  const budget = createRefusalBudget(log, { rate, now: () => state.now, onError: error => errors.push(error) })
  return {
    budget,
    state,
    errors,
    refuse: async (times: number, ip: string, fields: MadeUpFields = {}) => {
      for (let i = 0; i < times; i += 1) {
        await budget.record(madeUp({ type: 'fsa', date: START + state.now, ip, ...fields }))
      }
    },
    /** Events of a type since the last call. */
    take: (type: LogEvent['type']) => {
      const found = written.filter(event => event.type === type)
      for (const event of found) written.splice(written.indexOf(event), 1)
      return found
    },
  }
}

test('beyond its budget the refusals of a network are counted, and one event says so', async () => {
  const { budget, state, refuse, take } = budgetOf(FIVE)
  await refuse(105, ATTACKER)
  state.now = 1_500
  await refuse(10, ATTACKER, { type: 'flo' })
  assert.deepEqual([take('fsa').length, take('flo').length], [5, 5])
  await budget.report()
  const [report, ...others] = take('log_events_left_out')
  assert.deepEqual(others, [])
  assert.deepEqual(report, {
    tenant_id: DEV,
    type: 'log_events_left_out',
    date: START + 1_500,
    ip: ATTACKER,
    details: {
      network: ATTACKER,
      since: '2026-11-30T00:00:00.000Z',
      until: '2026-11-30T00:00:01.500Z',
      count: 105,
      types: { fsa: 100, flo: 5 },
    },
  })
  await budget.report()
  assert.deepEqual(take('log_events_left_out'), [], 'nothing was left out since')
})

test('the budget comes back at its rate', async () => {
  const { state, refuse, take } = budgetOf(FIVE)
  await refuse(50, ATTACKER)
  take('fsa')
  state.now = 12_000
  await refuse(50, ATTACKER)
  assert.equal(take('fsa').length, 2)
})

test('noise of one type, one network or one tenant hides nothing of another', async () => {
  const { refuse, take } = budgetOf(FIVE)
  await refuse(50, ATTACKER)
  take('fsa')
  await refuse(1, ATTACKER, { type: 'fp' })
  await refuse(1, OFFICE)
  await refuse(1, ATTACKER, { tenant_id: OTHER })
  assert.deepEqual([take('fp').length, take('fsa').length], [1, 2])
})

test('what no stranger can repeat at will is always written', async () => {
  const { refuse, take } = budgetOf(FIVE)
  for (const type of ['s', 'sapi', 'seacft', 'experiment_assignment_succeeded', 'actions_execution_failed'] as const) {
    await refuse(100, ATTACKER, { type })
    assert.equal(take(type).length, 100, type)
  }
})

test('however many networks there are, a tenant writes what three hundred may, and names a hundred of them', async () => {
  const { budget, refuse, take } = budgetOf(FIVE)
  for (let n = 0; n < 2_000; n += 1) await refuse(10, `2001:db8:${n.toString(16)}::1`)
  assert.equal(take('fsa').length, 1_500)
  await budget.report()
  const reports = take('log_events_left_out')
  assert.equal(reports.length, 101)
  const total = reports.reduce((sum, { details }) => sum + Number(details?.count), 0)
  assert.equal(total, 20_000 - 1_500)
  assert.equal(reports.filter(({ details }) => details?.network === null).length, 1)
})

test('a report is a valid event', async () => {
  const { budget, refuse, take } = budgetOf(FIVE)
  await refuse(9, ATTACKER)
  await budget.report()
  const [report] = take('log_events_left_out')
  assert.ok(report)
  const document = { ...toLogDocument(report, { tenantName: 't', environmentName: 'e' }), log_id: '1', _id: '1' }
  assert.deepEqual(documentProblems(document, logEventType(report.type)), [])
})

test('what could not be reported is reported later', async () => {
  const { budget, state, errors, refuse, take } = budgetOf(FIVE)
  await refuse(9, ATTACKER)
  state.isAway = true
  await budget.report()
  assert.equal(errors.length, 1)
  state.isAway = false
  await refuse(2, ATTACKER)
  await budget.report()
  assert.deepEqual(
    take('log_events_left_out').map(({ details }) => details?.count),
    [6],
  )
})

test('a stop writes the last report', async () => {
  const { budget, refuse, take } = budgetOf(FIVE)
  await refuse(9, ATTACKER)
  await budget[Symbol.asyncDispose]()
  assert.equal(take('log_events_left_out').length, 1)
})

test('reports come by themselves', async () => {
  const { promise, resolve } = Promise.withResolvers<LogEvent>()
  const log = {
    async record(event: LogEvent) {
      if (event.type === 'log_events_left_out') resolve(event)
      return '1'
    },
  }
  const rate = { burst: 1, secondsEach: 60 }
  const budget = createRefusalBudget(log, { rate, reportMs: 5, onError: error => assert.fail(String(error)) })
  const refusal = madeUp({ type: 'f', date: START, ip: OFFICE })
  for (let i = 0; i < 4; i += 1) await budget.record(refusal)
  const alive = setInterval(() => {}, 1_000)
  assert.equal((await promise).details.count, 3)
  clearInterval(alive)
})

test('the budget can be switched off', async () => {
  const { budget, refuse, take } = budgetOf('off')
  await refuse(1_000, ATTACKER)
  assert.equal(take('fsa').length, 1_000)
  await budget[Symbol.asyncDispose]()
  assert.deepEqual(take('log_events_left_out'), [])
})
