import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ASSIGNMENT } from '../../../test/kit/login-server.ts'
import type { AuthenticationFlow, Flow } from '../../decision/snapshot/flow.ts'
import { assignmentInForce, assignmentsInForce } from './experiment-in-force.ts'

const assignedTo = (...flows: readonly AuthenticationFlow[]) =>
  flows.map(authentication_flow => ({ ...ASSIGNMENT, authentication_flow, experiment_id: authentication_flow }))

const CASES: readonly (readonly [
  flows: readonly AuthenticationFlow[],
  flow: 'login' | 'signup',
  page: Flow | undefined,
  expected: AuthenticationFlow | undefined,
])[] = [
  [[], 'login', undefined, undefined],
  [['authentication'], 'login', undefined, 'authentication'],
  [['authentication'], 'signup', 'mfa_challenge', 'authentication'],
  [['all'], 'signup', 'passkey_enrollment', 'all'],
  [['login', 'signup'], 'login', undefined, 'login'],
  [['login', 'signup'], 'signup', undefined, 'signup'],
  [['login'], 'signup', undefined, undefined],
  [['signup'], 'login', undefined, undefined],
  [['login', 'mfa_challenge'], 'login', 'mfa_challenge', 'login'],
  [['login', 'mfa_challenge'], 'signup', undefined, 'mfa_challenge'],
  [['passkey_enrollment', 'mfa_challenge'], 'login', undefined, 'mfa_challenge'],
  [['passkey_enrollment', 'mfa_challenge'], 'login', 'passkey_enrollment', 'passkey_enrollment'],
  [['passkey_enrollment'], 'login', 'mfa_challenge', 'passkey_enrollment'],
]

for (const [flows, flow, page, expected] of CASES) {
  test(`in force in a ${flow}${page ? ` on a page of ${page}` : ''} with ${flows.join(' and ') || 'nothing'}: ${expected ?? 'none'}`, () => {
    assert.equal(assignmentInForce({ assignments: assignedTo(...flows), flow }, page)?.experiment_id, expected)
  })
}

test('all that are in force are those of the login or the sign-up, then those of the flows that follow', () => {
  const assignments = assignedTo('passkey_enrollment', 'signup', 'login', 'mfa_enrollment')
  const inForce = (flow: 'login' | 'signup') =>
    assignmentsInForce({ assignments, flow }).map(({ authentication_flow }) => authentication_flow)
  assert.deepEqual(inForce('login'), ['login', 'mfa_enrollment', 'passkey_enrollment'])
  assert.deepEqual(inForce('signup'), ['signup', 'mfa_enrollment', 'passkey_enrollment'])
})
