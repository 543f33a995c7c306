import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  createActiveFlag,
  createExperiment,
  createFlag,
  createSegment,
  createVariation,
  freshName,
  PARAMETERS,
  setStatus,
  split,
} from '../../../test/kit/experimentation.ts'
import {
  type Answer,
  assertRefused,
  createTestApi,
  OPERATIONS,
  signToken,
  TENANT,
  type TestApi,
} from '../../../test/kit/management-api.ts'
import { ERROR_CODES, type ErrorCode } from '../../model/error-codes.ts'

type Scenario = (api: TestApi) => Promise<Answer>

const rules = [{ match: { country: ['DE'] } }]

const createSegmentExperiment = async (api: TestApi) => {
  const flag = await createActiveFlag(api)
  const segment = await createSegment(api)
  const allocations = [
    { variation_id: flag.treatment, is_control: false, segment_id: segment, priority: 1 },
    { variation_id: flag.control, is_control: true, is_fallback: true },
  ]
  const id = await createExperiment(api, flag, { allocation_strategy: 'segment', allocations })
  return { flag, segment, id, allocations }
}

/** An experiment with other allocations, asked to become active. */
const activate = async (api: TestApi, wishes: object): Promise<Answer> => {
  const id = await createExperiment(api, await createActiveFlag(api), wishes)
  return api.call('POST', `/experiments/${id}/status`, { status: 'active' })
}

const activateWith = async (
  api: TestApi,
  change: (allocations: ReturnType<typeof split>) => object[],
): Promise<Answer> => {
  const flag = await createActiveFlag(api)
  const id = await createExperiment(api, flag, { allocations: change(split(flag)) })
  return api.call('POST', `/experiments/${id}/status`, { status: 'active' })
}

const createIn = async (api: TestApi, status: 'active' | 'completed' | 'archived', wishes: object = {}) => {
  const id = await createExperiment(api, await createActiveFlag(api), wishes)
  if (status !== 'archived') await setStatus(api, `/experiments/${id}`, 'active')
  if (status !== 'active') await setStatus(api, `/experiments/${id}`, status)
  return id
}

const createManaged = async (api: TestApi, table: 'feature_flags' | 'segments', id: string) => {
  await api.db.updateTable(table).set({ type: 'auth0' }).where('tenant_id', '=', TENANT).execute()
  return id
}

const createBody = (flag: string, wishes: object = {}) => ({
  name: freshName('experiment'),
  feature_flag_id: flag,
  allocation_strategy: 'percentage',
  ...wishes,
})

/** How a caller comes to read each code that the operations of experimentation declare. */
const SCENARIOS: Partial<Record<ErrorCode, Scenario>> = {
  invalid_body: api => api.call('POST', '/segments', '{'),
  invalid_query_string: api => api.call('GET', '/segments?unknown=1'),
  invalid_cursor: api => api.call('GET', '/segments?from=unknown'),
  payload_too_large: api => api.call('POST', '/segments', JSON.stringify({ name: 'x'.repeat(1_100_000) })),
  unsupported_media_type: api => api.call('POST', '/segments', 'name=x', { 'content-type': 'text/plain' }),
  invalid_token: api => api.call('GET', '/segments', undefined, { authorization: 'Bearer x' }),
  invalid_dpop_proof: async api =>
    api.call('GET', '/segments', undefined, {
      authorization: `Bearer ${await signToken({ claims: { cnf: { jkt: 'a key' } } })}`,
    }),
  insufficient_scope: async api =>
    api.call('GET', '/segments', undefined, { authorization: `Bearer ${await signToken({ scope: 'read:logs' })}` }),
  inexistent_experiment: api => api.call('GET', '/experiments/exp_x'),
  inexistent_feature_flag: api => api.call('POST', '/experiments', createBody('flg_x')),
  inexistent_variation: async api => api.call('GET', `/feature-flags/${await createFlag(api)}/variations/var_x`),
  inexistent_segment: api => api.call('PATCH', '/segments/seg_x', { name: 'Anything' }),

  experiment_exists: async api => {
    const flag = await createFlag(api)
    const body = createBody(flag)
    await api.call('POST', '/experiments', body)
    return api.call('POST', '/experiments', body)
  },
  feature_flag_exists: async api => {
    const other = await api.call('GET', `/feature-flags/${await createFlag(api)}`)
    return api.call('PATCH', `/feature-flags/${await createFlag(api)}`, { name: other.body.name })
  },
  variation_exists: async api => {
    const path = `/feature-flags/${await createFlag(api)}/variations`
    await api.call('POST', path, { name: 'Twice', overrides: {} })
    return api.call('POST', path, { name: 'Twice', overrides: {} })
  },
  segment_exists: async api => {
    await api.call('POST', '/segments', { name: 'Twice', rules })
    return api.call('POST', '/segments', { name: 'Twice', rules })
  },
  feature_flag_in_use: async api => {
    const flag = await createActiveFlag(api)
    await createExperiment(api, flag)
    return api.call('DELETE', `/feature-flags/${flag.flag}`)
  },
  variation_in_use: async api => {
    const flag = await createActiveFlag(api)
    await createExperiment(api, flag)
    return api.call('DELETE', `/feature-flags/${flag.flag}/variations/${flag.control}`)
  },
  segment_in_use: async api => {
    const { segment } = await createSegmentExperiment(api)
    return api.call('DELETE', `/segments/${segment}`)
  },

  feature_flag_not_modifiable: async api =>
    api.call('DELETE', `/feature-flags/${await createManaged(api, 'feature_flags', await createFlag(api))}`),
  segment_not_modifiable: async api =>
    api.call('PATCH', `/segments/${await createManaged(api, 'segments', await createSegment(api))}`, { name: 'Other' }),
  feature_flag_archived: async api => {
    const flag = await createFlag(api)
    await setStatus(api, `/feature-flags/${flag}`, 'archived')
    return api.call('POST', '/experiments', createBody(flag))
  },
  feature_flag_in_active_experiment: async api => {
    const flag = await createActiveFlag(api)
    await setStatus(api, `/experiments/${await createExperiment(api, flag)}`, 'active')
    return api.call('POST', `/feature-flags/${flag.flag}/status`, { status: 'archived' })
  },
  segment_in_active_experiment: async api => {
    const { id, segment } = await createSegmentExperiment(api)
    await setStatus(api, `/experiments/${id}`, 'active')
    return api.call('PATCH', `/segments/${segment}`, { status: 'archived' })
  },
  segment_archived: async api => {
    const segment = await createSegment(api)
    await api.call('PATCH', `/segments/${segment}`, { status: 'archived' })
    const flag = await createActiveFlag(api)
    const allocations = [{ variation_id: flag.control, is_control: true, segment_id: segment, priority: 1 }]
    return api.call('POST', '/experiments', createBody(flag.flag, { allocation_strategy: 'segment', allocations }))
  },
  feature_flag_too_few_variations: async api =>
    api.call('POST', `/feature-flags/${await createFlag(api)}/status`, { status: 'active' }),
  parameter_type_mismatch: api =>
    api.call('POST', '/feature-flags', { name: freshName('flag'), parameters: { a: { type: 'number', value: '1' } } }),
  parameter_value_too_large: api =>
    api.call('POST', '/feature-flags', {
      name: freshName('flag'),
      parameters: { a: { type: 'string', value: 'x'.repeat(1023) } },
    }),
  override_unknown_parameter: async api => {
    const flag = await createFlag(api)
    await createVariation(api, flag, { prompt_style: 'modal' })
    const { show_passkey_prompt } = PARAMETERS
    return api.call('PATCH', `/feature-flags/${flag}`, { parameters: { show_passkey_prompt } })
  },
  override_equals_default: async api =>
    api.call('POST', `/feature-flags/${await createFlag(api)}/variations`, {
      name: 'Same',
      overrides: { prompt_style: 'page' },
    }),
  variation_limit_exceeded: async api => {
    const flag = await createFlag(api)
    for (let i = 0; i < 20; i++) await createVariation(api, flag)
    return api.call('POST', `/feature-flags/${flag}/variations`, { name: 'One more', overrides: {} })
  },
  variation_last: async api => {
    const flag = await createFlag(api)
    return api.call('DELETE', `/feature-flags/${flag}/variations/${await createVariation(api, flag)}`)
  },
  invalid_status_transition: async api =>
    api.call('POST', `/experiments/${await createIn(api, 'archived')}/status`, { status: 'active' }),
  segment_too_large: api =>
    api.call('POST', '/segments', {
      name: freshName('segment'),
      rules: [{ match: { country: Array(9).fill('x'.repeat(999)) } }],
    }),

  experiment_requires_pause: async api =>
    api.call('PATCH', `/experiments/${await createIn(api, 'active')}`, { assignment_config: { subject: 'user' } }),
  experiment_requires_draft: async api =>
    api.call('PATCH', `/experiments/${await createIn(api, 'active')}`, { authentication_flow: 'all' }),
  experiment_completed: async api =>
    api.call('PATCH', `/experiments/${await createIn(api, 'completed')}`, { assignment_config: { subject: 'user' } }),
  experiment_archived: async api =>
    api.call('PATCH', `/experiments/${await createIn(api, 'archived')}`, { name: 'Too late' }),
  experiment_active: async api => api.call('DELETE', `/experiments/${await createIn(api, 'active')}`),
  experiment_active_limit_exceeded: async api => {
    await createIn(api, 'active')
    return activate(api, {})
  },
  experiment_flow_not_available: api => activate(api, { authentication_flow: 'password_reset' }),
  experiment_missing_allocations: api => activate(api, { allocations: undefined }),
  experiment_too_many_allocations: async api => {
    const flag = await createActiveFlag(api)
    const allocations = Array(21).fill({ variation_id: flag.control, is_control: false, weight: 1 })
    return api.call('POST', '/experiments', createBody(flag.flag, { allocations }))
  },
  experiment_missing_control: api => activateWith(api, all => all.map(one => ({ ...one, is_control: false }))),
  experiment_invalid_allocation_weights: api => activateWith(api, all => all.map(one => ({ ...one, weight: 0.01 }))),
  allocation_duplicate_variation: api =>
    activateWith(api, ([one]) => [
      { ...one, weight: 50 },
      { ...one, weight: 50, is_control: false },
    ]),
  experiment_missing_default: async api => {
    const { id, allocations } = await createSegmentExperiment(api)
    await api.call('PATCH', `/experiments/${id}`, {
      allocations: allocations.map(one => ({ ...one, is_fallback: true })),
    })
    return api.call('POST', `/experiments/${id}/status`, { status: 'active' })
  },
  experiment_invalid_segment_allocation: async api => {
    const { id, allocations } = await createSegmentExperiment(api)
    const [{ priority: _, ...targeted } = {}, fallback] = allocations
    await api.call('PATCH', `/experiments/${id}`, { allocations: [targeted, fallback] })
    return api.call('POST', `/experiments/${id}/status`, { status: 'active' })
  },
  experiment_invalid_ramp: async api => {
    const { id } = await createSegmentExperiment(api)
    return api.call('PATCH', `/experiments/${id}`, { levels: [10, 20], status: 'active' })
  },
  experiment_not_ramping: async api =>
    api.call('POST', `/experiments/${await createIn(api, 'active')}/advance-ramp`, { target_level: 10 }),
  ramp_level_not_next: async api =>
    api.call('POST', `/experiments/${await createIn(api, 'active', { levels: [1, 2, 3] })}/advance-ramp`, {
      target_level: 3,
    }),
  default_config_not_supported: async api =>
    api.call('POST', '/experiments', createBody(await createFlag(api), { default_config: 'tenant' })),
  variation_not_from_flag: async api => {
    const variation_id = await createVariation(api, await createFlag(api))
    return api.call(
      'POST',
      '/experiments',
      createBody(await createFlag(api), { allocations: [{ variation_id, is_control: true }] }),
    )
  },
  allocation_unknown_segment: async api => {
    const flag = await createActiveFlag(api)
    const allocations = [{ variation_id: flag.control, is_control: true, segment_id: 'seg_x' }]
    return api.call('POST', '/experiments', createBody(flag.flag, { allocations }))
  },
  feature_flag_not_active: async api => {
    const { body } = await api.call('POST', '/experiments', createBody(await createFlag(api)))
    return api.call('POST', `/experiments/${body.id}/status`, { status: 'active' })
  },
}

/** Reached in pipeline.test.ts, because they need a server in trouble. */
const OF_A_SERVER_IN_TROUBLE: readonly ErrorCode[] = ['internal_error', 'service_unavailable']

describe('the failures of experimentation', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  const clean = async () => {
    await api.db.updateTable('experiments').set({ status: 'completed' }).where('status', '=', 'active').execute()
    await api.db.updateTable('feature_flags').set({ type: 'self' }).execute()
    await api.db.updateTable('segments').set({ type: 'self' }).execute()
  }

  for (const [code, scenario] of Object.entries(SCENARIOS)) {
    test(`${code} can be reached`, async () => {
      assertRefused(await scenario(api), ERROR_CODES[code as ErrorCode].status, code)
      assert.deepEqual(api.errors, [])
      await clean()
    })
  }

  test('every code that an operation of experimentation declares has its scenario', () => {
    const declared = new Set(
      OPERATIONS.filter(({ path }) => path.startsWith('/experimentation/')).flatMap(({ errors }) => errors),
    )
    for (const code of declared) assert.ok(SCENARIOS[code], code)
    for (const code of OF_A_SERVER_IN_TROUBLE) assert.ok(!SCENARIOS[code], code)
  })
})
