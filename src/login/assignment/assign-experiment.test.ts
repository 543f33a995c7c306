import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile } from '../../decision/compile.ts'
import type { ExperimentData, SnapshotData } from '../../decision/snapshot/snapshot.ts'
import { createTransactionId, toTenantId } from '../../model/ids.ts'
import { createAssign } from './assign-experiment.ts'
import type { AssignInput } from './assignment-port.ts'

const EXPERIMENT: ExperimentData = {
  id: 'exp_1',
  status: 'active',
  authentication_flow: 'authentication',
  allocation_strategy: 'segment',
  subject: 'device',
  flag: { id: 'flg_1', parameters: { prompt: { value: false } } },
  variations: [
    { id: 'var_c', name: 'control', overrides: {} },
    { id: 'var_t', name: 'treatment', overrides: { prompt: true } },
  ],
  allocations: [
    { variation_id: 'var_t', segment_id: 'seg_1', priority: 1, is_control: false },
    { variation_id: 'var_c', is_control: true, is_fallback: true },
  ],
}

const aimedAt = (attribute: string, value: string): SnapshotData => ({
  version: 1,
  experiments: [EXPERIMENT],
  segments: [
    { id: 'seg_1', rules: [{ groups: [{ kind: 'all', conditions: [{ attribute, operator: 'equals', value }] }] }] },
  ],
})

const assignWith = (data: SnapshotData) =>
  createAssign({
    snapshots: { current: () => compile(data), refresh: async () => {}, invalidate: () => {} },
    geo: ip => (ip === '8.8.8.8' ? { country: 'US' } : {}),
    connectionStrategy: async (_, name) => (name === 'google' ? 'google-oauth2' : undefined),
    countryHeader: 'CF-IPCountry',
    regionHeader: undefined,
  })

const request = (changes: Partial<AssignInput> & { headers?: Record<string, string> } = {}): AssignInput => ({
  flows: ['login', 'signup'],
  tenantId: toTenantId('dev'),
  transactionId: createTransactionId(length => new Uint8Array(length)),
  sessionId: 'session',
  clientId: 'app',
  clientName: 'App',
  params: {},
  deviceId: 'device',
  ip: '8.8.8.8',
  userAgent: undefined,
  hostname: 'login.example.com',
  header: name => changes.headers?.[name],
  ...changes,
})

const variationOf = async (data: SnapshotData, input: AssignInput) =>
  (await assignWith(data)(input)).assigned[0]?.assignment.variation_id

test('each fact of the request reaches the segment as its attribute', async () => {
  const cases: [string, string, AssignInput][] = [
    ['client_id', 'app', request()],
    ['domain', 'login.example.com', request()],
    ['country', 'US', request()],
    ['connection', 'google', request({ params: { connection: 'google' } })],
    ['connection_type', 'google-oauth2', request({ params: { connection: 'google' } })],
    ['organization_id', 'org_1', request({ params: { organization: 'org_1' } })],
    ['user_agent', 'agent', request({ userAgent: 'agent' })],
    ['country', 'DE', request({ headers: { 'cf-ipcountry': 'DE' } })],
  ]
  for (const [attribute, value, input] of cases) {
    assert.equal(await variationOf(aimedAt(attribute, value), input), 'var_t', attribute)
    assert.equal(await variationOf(aimedAt(attribute, `${value}-other`), input), 'var_c', `${attribute} differs`)
  }
})

test('a header that the configuration does not trust is not believed', async () => {
  const input = request({ headers: { 'x-region': 'US-CA' } })
  assert.equal(await variationOf(aimedAt('region', 'US-CA'), input), 'var_c')
})

test('override parameters reach the decision, and a senseless one comes back as a warning', async () => {
  const assign = assignWith(aimedAt('country', 'FR'))
  const forced = await assign(request({ params: { experiment_id: 'exp_1', variation_id: 'var_t' } }))
  assert.equal(forced.assigned[0]?.assignment.variation_id, 'var_t')
  const orphaned = await assign(request({ params: { variation_id: 'var_t' } }))
  assert.equal(orphaned.assigned[0]?.assignment.variation_id, 'var_c')
  assert.deepEqual(
    orphaned.warnings.map(({ code }) => code),
    ['experiment_orphaned_params'],
  )
})

test('an assignment says who chose it: the server, a request that named the experiment, or one that named the outcome', async () => {
  const assign = assignWith(aimedAt('country', 'FR'))
  const methodOf = async (params: Record<string, string>) =>
    (await assign(request({ params }))).assigned[0]?.assignment.assignment
  assert.equal(await methodOf({}), 'auto')
  assert.equal(await methodOf({ experiment_id: 'exp_1' }), 'explicit')
  assert.equal(await methodOf({ experiment_id: 'exp_1', variation_id: 'var_t' }), 'forced')
  assert.equal(await methodOf({ experiment_id: 'exp_1', segment_id: 'seg_1' }), 'forced')
  assert.equal(await methodOf({ experiment_id: 'exp_unknown' }), 'auto', 'an override that is ignored')
})
