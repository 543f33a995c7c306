import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalizeAuthorizeQuery, transactionParameters } from './authorize-parameters.ts'
import { extProblem } from './request-problem.ts'

test('what a request says of our own parameters is thrown away', () => {
  const mine = { transaction_id: 'mine', ext: '{"a":1}', implied_redirect_uri: 'true' }
  const query = normalizeAuthorizeQuery({ ...mine, redirect_uri: 'https://a.test/', scope: 'openid' })
  assert.deepEqual(query, { redirect_uri: 'https://a.test/', scope: 'openid' })
})

test('a repeated override counts once, so that it does not break the login', () => {
  const rest = { scope: 'openid', state: ['a', 'b'], redirect_uri: 'https://a.test/' }
  const query = normalizeAuthorizeQuery({ experiment_id: ['exp_1', 'exp_2'], ...rest })
  assert.deepEqual(query, { experiment_id: 'exp_1', ...rest })
})

test('ext- parameters travel as one and come out as they were', () => {
  const { ext } = normalizeAuthorizeQuery({ 'ext-plan': 'pro', 'ext-a_b': 'x y', scope: 'openid' })
  assert.equal(typeof ext, 'string')
  assert.equal(extProblem(String(ext)), undefined)
  const ours = { transaction_id: 't', implied_redirect_uri: 'true' }
  assert.deepEqual(transactionParameters({ ext, state: 's', ...ours, max_age: undefined }), {
    'ext-plan': 'pro',
    'ext-a_b': 'x y',
    state: 's',
  })
})
