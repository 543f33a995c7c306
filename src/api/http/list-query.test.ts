import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  createActiveFlag,
  createExperiment,
  createFlag,
  createSegment,
  setStatus,
} from '../../../test/kit/experimentation.ts'
import { assertRefused, createTestApi } from '../../../test/kit/management-api.ts'

describe('lists', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  /** Ids of all pages, following `next`. */
  const walk = async (path: string, plural: string, take: number): Promise<string[][]> => {
    const pages: string[][] = []
    let from = ''
    do {
      const { status, body } = await api.call('GET', `${path}?take=${take}${from}`)
      assert.equal(status, 200, JSON.stringify(body))
      pages.push(body[plural].map(({ id }: { id: string }) => id))
      from = body.next === undefined ? '' : `&from=${encodeURIComponent(body.next)}`
    } while (from !== '')
    return pages
  }

  test('pages hold every item once, in order of creation, and the last has no next', async () => {
    const ids: string[] = []
    for (let i = 0; i < 7; i++) ids.push(await createSegment(api))
    const pages = await walk('/segments', 'segments', 3)
    assert.deepEqual(
      pages.map(page => page.length),
      [3, 3, 1],
    )
    assert.deepEqual(pages.flat(), ids)
    assert.deepEqual(await walk('/segments', 'segments', 7), [ids])
  })

  test('items of the same millisecond are neither skipped nor repeated', async () => {
    for (let i = 0; i < 6; i++) await createFlag(api)
    await api.db
      .updateTable('feature_flags')
      .set({ created_at: new Date('2026-01-01T00:00:00.001Z') })
      .execute()
    const pages = await walk('/feature-flags', 'feature_flags', 4)
    assert.equal(new Set(pages.flat()).size, 6)
    assert.deepEqual(
      pages.map(page => page.length),
      [4, 2],
    )
  })

  test('an item that is deleted between two pages does not disturb the next one', async () => {
    const { body } = await api.call('GET', '/segments?take=2')
    await api.call('DELETE', `/segments/${body.segments[1].id}`)
    const next = await api.call('GET', `/segments?take=50&from=${body.next}`)
    assert.equal(next.body.segments.length, 5)
  })

  test('a page has 25 items unless told otherwise', async () => {
    for (let i = 0; i < 26; i++) await createSegment(api)
    const { body } = await api.call('GET', '/segments')
    assert.equal(body.segments.length, 25)
  })

  test('experiments are filtered by status, flow and flag', async () => {
    const flag = await createActiveFlag(api)
    const draft = await createExperiment(api, flag, { authentication_flow: 'login' })
    const archived = await createExperiment(api, await createActiveFlag(api))
    await setStatus(api, `/experiments/${archived}`, 'archived')
    const idsOf = async (query: string) =>
      (await api.call('GET', `/experiments?${query}`)).body.experiments.map(({ id }: { id: string }) => id)
    assert.deepEqual(await idsOf(''), [draft])
    assert.deepEqual(await idsOf('status=archived'), [archived])
    assert.deepEqual(await idsOf('authentication_flow=login'), [draft])
    assert.deepEqual(await idsOf(`feature_flag_id=${flag.flag}`), [draft])
    assert.deepEqual(await idsOf(`feature_flag_id=${flag.flag}&status=archived`), [])
    assert.deepEqual(await idsOf('feature_flag_id=flg_0'), [])
  })

  test('what is archived is listed only where it is asked for, and its name is free again', async () => {
    const nouns = [
      ['/experiments', 'experiments', await createExperiment(api, await createActiveFlag(api))],
      ['/feature-flags', 'feature_flags', await createFlag(api)],
      ['/segments', 'segments', await createSegment(api)],
    ] as const
    for (const [path, plural, id] of nouns) {
      const { name, feature_flag_id, allocation_strategy, parameters, rules } = (await api.call('GET', `${path}/${id}`))
        .body
      const own = { name, feature_flag_id, allocation_strategy, parameters, rules }
      const body = plural === 'feature_flags' ? { name, parameters } : own
      assert.equal((await api.call('POST', path, body)).status, 409, path)
      assert.equal((await api.call('PATCH', `${path}/${id}`, { status: 'archived' })).status, 200)
      const again = await api.call('POST', path, body)
      assert.deepEqual([again.status, again.body.name], [201, name])
      const idsOf = async (query: string) =>
        (await api.call('GET', `${path}?take=50${query}`)).body[plural].map((item: { id: string }) => item.id)
      const [shown, archived] = [await idsOf(''), await idsOf('&status=archived')]
      assert.deepEqual([shown.includes(id), shown.includes(again.body.id)], [false, true], path)
      assert.deepEqual([archived.includes(id), archived.includes(again.body.id)], [true, false], path)
      assert.equal((await api.call('GET', `${path}/${id}`)).status, 200)
    }
  })

  test('flags are filtered by type and status, segments by type and status', async () => {
    const count = async (path: string, plural: string) => (await api.call('GET', path)).body[plural].length
    assert.equal(await count('/feature-flags?type=auth0', 'feature_flags'), 0)
    assert.equal(await count('/feature-flags?type=self&status=active', 'feature_flags'), 3)
    assert.equal(await count('/segments?type=auth0', 'segments'), 0)
  })

  const BAD_QUERIES = ['take=0', 'take=51', 'take=1.5', 'take=', 'take=ten', 'take=%201', 'take=-1', 'from=']
  for (const query of [
    ...BAD_QUERIES,
    'status=unknown',
    'limit=5',
    'take=5&take=6',
    '__proto__=1',
    'authentication_flow=%00',
  ]) {
    test(`?${query} is refused`, async () => {
      assertRefused(await api.call('GET', `/experiments?${query}`), 400, 'invalid_query_string')
    })
  }

  test('a parameter that the operation does not know is named', async () => {
    const message = assertRefused(await api.call('GET', '/segments/seg_x?fields=name'), 400, 'invalid_query_string')
    assert.match(message, /unknown key fields/)
  })

  test('a cursor belongs to its list and is taken only as it was given', async () => {
    const { body } = await api.call('GET', '/segments?take=1')
    const refuse = async (path: string) => assertRefused(await api.call('GET', path), 400, 'invalid_cursor')
    await refuse(`/feature-flags?from=${body.next}`)
    await refuse(`/segments?from=${body.next.slice(1)}`)
    await refuse(`/segments?from=${body.next.slice(0, -2)}AA`)
    for (const from of ['garbage', '%F0%9F%98%80', 'e30', 'x'.repeat(5_000), '..', '1.2.3.4'])
      await refuse(`/segments?from=${from}`)
  })
})
