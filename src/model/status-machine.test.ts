import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EXPERIMENT_TRANSITIONS } from './experiment.ts'
import { FEATURE_FLAG_TRANSITIONS } from './feature-flag.ts'
import { SEGMENT_TRANSITIONS } from './segment.ts'
import { requireTransition, type Transitions } from './status-machine.ts'

/** What the contract allows, written out; every pair that is not here is refused. */
const ALLOWED = {
  experiment: [
    'draft → active',
    'draft → archived',
    'active → paused',
    'active → completed',
    'paused → active',
    'paused → completed',
    'paused → archived',
    'completed → archived',
  ],
  'feature flag': ['draft → active', 'draft → archived', 'active → archived'],
  segment: ['active → archived'],
}

const MACHINES: Record<keyof typeof ALLOWED, Transitions<string>> = {
  experiment: EXPERIMENT_TRANSITIONS,
  'feature flag': FEATURE_FLAG_TRANSITIONS,
  segment: SEGMENT_TRANSITIONS,
}

for (const [noun, transitions] of Object.entries(MACHINES)) {
  const statuses = Object.keys(transitions)
  const allowed: readonly string[] = ALLOWED[noun as keyof typeof ALLOWED]

  test(`of all pairs of statuses of a ${noun}, exactly those of the contract are possible`, () => {
    const possible = statuses.flatMap(from =>
      statuses
        .filter(to => from !== to)
        .filter(to => {
          try {
            requireTransition(noun, transitions, from, to)
            return true
          } catch {
            return false
          }
        })
        .map(to => `${from} → ${to}`),
    )
    assert.deepEqual(possible.toSorted(), allowed.toSorted())
  })

  test(`every status of a ${noun} may be asked for while it holds`, () => {
    for (const status of statuses) requireTransition(noun, transitions, status, status)
  })
}

test('a refusal names the status, the wish and what is possible', () => {
  assert.throws(() => requireTransition('experiment', EXPERIMENT_TRANSITIONS, 'completed', 'active'), {
    code: 'invalid_status_transition',
    message: 'The experiment is completed and cannot become active; it can become archived.',
  })
  assert.throws(() => requireTransition('segment', SEGMENT_TRANSITIONS, 'archived', 'active'), {
    message: 'The segment is archived and cannot become active; it can become nothing else.',
  })
})
