/** Assignment inside real logins: who is assigned, when a decision is taken, and what a pause means. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ApiClient } from '../src/cli/client/api-client.ts'
import { readLogsAfter } from '../src/cli/demo/read-logs.ts'
import { createExperiment } from './kit/experiment.ts'
import { settingsToJoin, startTestServer, type TestServer } from './kit/server.ts'

describe('assignment', { concurrency: false }, () => {
  let server: TestServer
  let api: ApiClient

  before(async () => {
    server = await startTestServer()
    api = await server.api()
  })

  after(() => server?.close())

  const authorizeUrl = (parameters: Record<string, string> = {}): URL => {
    const url = new URL('authorize', server.issuer)
    const { clientId, redirectUri } = server.party
    const query = {
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid',
      ...parameters,
    }
    url.search = new URLSearchParams(query).toString()
    return url
  }

  const eventsOf = async (userAgent: string) =>
    (await readLogsAfter(api, undefined)).filter(event => event.user_agent === userAgent)

  const setStatus = (experiment: string, status: string) =>
    api.call('POST', `experimentation/experiments/${experiment}/status`, { status })

  test('a paused experiment keeps serving the transactions that began before, and no new ones', async () => {
    const { experiment } = await createExperiment(api, { name: 'paused' })
    const { email, password } = server.credentials.admin
    const begun = server.browser({ 'user-agent': 'begun before' })
    const page = await begun.open(authorizeUrl())
    await setStatus(experiment, 'paused')
    await begun.submit(page, { username: email, password })
    await server.browser({ 'user-agent': 'begun after' }).logIn(email, password)
    const [before, after] = [await eventsOf('begun before'), await eventsOf('begun after')]
    assert.equal(before.find(event => event.type === 's')?.details?.experiment?.experiment_id, experiment)
    assert.equal(after.find(event => event.type === 's')?.details?.experiment, undefined)
    assert.ok(!after.some(event => event.type === 'experiment_assignment_succeeded'))
    await setStatus(experiment, 'completed')
  })

  test('with subject user, a person has one variation on every device, from the moment when the person is known', async () => {
    const { experiment } = await createExperiment(api, { name: 'per user', subject: 'user' })
    const people = Array.from({ length: 12 }, (_, i) => `person-${i}@example.com`)
    const seen = new Map<string, Set<string>>()
    for (const email of people) {
      const password = 'correct horse battery'
      await server.browser({ 'user-agent': `signs up ${email}` }).signUp(email, password)
      for (const device of ['phone', 'desktop']) {
        await server.browser({ 'user-agent': `${device} of ${email}` }).logIn(email, password)
        const events = await eventsOf(`${device} of ${email}`)
        const details = events.find(event => event.type === 's')?.details?.experiment
        assert.equal(details?.experiment_id, experiment)
        seen.set(email, (seen.get(email) ?? new Set()).add(details?.variation_id ?? ''))
      }
    }
    for (const [email, variations] of seen) assert.equal(variations.size, 1, `${email} has one variation`)
    assert.equal(new Set([...seen.values()].flatMap(variations => [...variations])).size, 2, 'both variations occur')
    await setStatus(experiment, 'completed')
  })

  test('an override works in every status, for its request only, and says when it cannot be followed', async () => {
    const { experiment, treatment } = await createExperiment(api, { name: 'overridden', activate: false })
    const { email, password } = server.credentials.admin
    const forced = { experiment_id: experiment, variation_id: treatment }
    for (const status of ['draft', 'active', 'paused', 'completed', 'archived']) {
      if (status !== 'draft') await setStatus(experiment, status)
      const name = `forced in ${status}`
      await server.browser({ 'user-agent': name }).logIn(email, password, forced)
      const login = (await eventsOf(name)).find(event => event.type === 's')
      assert.equal(login?.details?.experiment?.variation_id, treatment, status)
    }
    const cases = {
      orphaned: [{ variation_id: treatment }, 'experiment_orphaned_params'],
      unknown: [{ experiment_id: 'exp_11111111111111111111nn' }, 'experiment_not_found'],
    } as const
    for (const [name, [parameters, code]] of Object.entries(cases)) {
      await server.browser({ 'user-agent': name }).logIn(email, password, parameters)
      const events = await eventsOf(name)
      assert.ok(
        events.some(event => event.type === 's'),
        `${name}: the login succeeds`,
      )
      const warning = events.find(event => event.type === 'w')
      assert.match(JSON.stringify(warning), new RegExp(code))
    }
  })

  test('a segment experiment reads country and region from headers only when the configuration trusts them', async () => {
    const { id: segment } = await api.call<{ id: string }>('POST', 'experimentation/segments', {
      name: 'Germany',
      rules: [{ match: { country: ['DE'] } }],
    })
    const flag = await createExperiment(api, { name: 'by country', activate: false })
    const { id: experiment } = await api.call<{ id: string }>('POST', 'experimentation/experiments', {
      name: 'Germany first',
      feature_flag_id: flag.flag,
      authentication_flow: 'authentication',
      allocation_strategy: 'segment',
      allocations: [
        { variation_id: flag.treatment, segment_id: segment, priority: 1, is_control: false },
        { variation_id: flag.control, is_control: true, is_fallback: true },
      ],
    })
    await setStatus(experiment, 'active')
    const trusting = await startTestServer({ ...settingsToJoin(server), GEO_COUNTRY_HEADER: 'CF-IPCountry' })
    try {
      const { clientId, clientSecret, redirectUri } = server.party
      const parameters = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: 'openid' }
      assert.ok(clientSecret)
      for (const [issuer, name] of [
        [server.issuer, 'distrusting'],
        [trusting.issuer, 'trusting'],
      ] as const) {
        const url = new URL(`authorize?${new URLSearchParams(parameters)}`, issuer)
        await fetch(url, { redirect: 'manual', headers: { 'user-agent': name, 'cf-ipcountry': 'DE' } })
      }
    } finally {
      await trusting.close()
    }
    const variationOf = async (name: string) => (await eventsOf(name))[0]?.details?.experiment?.variation_id
    assert.equal(await variationOf('distrusting'), flag.control)
    assert.equal(await variationOf('trusting'), flag.treatment)
  })
})
