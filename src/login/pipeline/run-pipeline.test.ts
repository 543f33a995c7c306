import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PipelineOutcome, type Resumption, runPipeline } from './run-pipeline.ts'
import { CONTINUE, type LoginKind, type LoginUnderWay, type Step, type StepOutcome } from './step.ts'

const ALL: readonly LoginKind[] = ['interactive', 'session', 'silent', 'refresh']

/** The steps below read nothing of a login but its kind. */
const loginOf = (kind: LoginKind) => ({ kind }) as unknown as LoginUnderWay

const run = async (
  outcomes: Record<string, StepOutcome | readonly LoginKind[]>,
  kind: LoginKind,
  resumption?: Resumption,
): Promise<{ outcome: PipelineOutcome; ran: string[] }> => {
  const ran: string[] = []
  const steps = Object.entries(outcomes).map(([name, given]): Step => {
    const kinds = Array.isArray(given) ? given : ALL
    return {
      name,
      doc: '',
      kinds,
      run: async (_, resumed) => {
        ran.push(resumed === undefined ? name : `${name}(${JSON.stringify(resumed)})`)
        if (resumed !== undefined || 'length' in given) return CONTINUE
        return given
      },
    }
  })
  return { outcome: await runPipeline(steps, loginOf(kind), resumption), ran }
}

const suspend: StepOutcome = { kind: 'suspend', to: state => `/u/x?state=${state}` }
const deny: StepOutcome = { kind: 'deny', error: 'unauthorized', description: 'no' }

test('steps run in their order until one does not continue', async () => {
  const { outcome, ran } = await run({ a: CONTINUE, b: deny, c: CONTINUE }, 'interactive')
  assert.deepEqual(outcome, { kind: 'denied', error: 'unauthorized', description: 'no' })
  assert.deepEqual(ran, ['a', 'b'])
})

test('a suspended login goes on in the step that suspended it', async () => {
  const first = await run({ a: CONTINUE, b: suspend, c: CONTINUE }, 'interactive')
  assert.ok(first.outcome.kind === 'suspended' && first.outcome.to('s') === '/u/x?state=s')
  assert.deepEqual(first.ran, ['a', 'b'])
  const second = await run({ a: CONTINUE, b: suspend, c: CONTINUE }, 'interactive', { step: 'b', data: { ok: true } })
  assert.deepEqual(second, { outcome: { kind: 'done' }, ran: ['b({"ok":true})', 'c'] })
})

test('a resumption of a step that is gone runs everything', async () => {
  const { ran } = await run({ a: CONTINUE, c: CONTINUE }, 'interactive', { step: 'b', data: null })
  assert.deepEqual(ran, ['a', 'c'])
})

test('a step runs for its kinds of login only', async () => {
  const { ran } = await run({ a: ['interactive'], b: ALL }, 'silent')
  assert.deepEqual(ran, ['b'])
})

test('a refresh cannot be suspended', async () => {
  const { outcome } = await run({ a: suspend }, 'refresh')
  assert.ok(outcome.kind === 'denied' && outcome.error === 'interaction_required')
})
