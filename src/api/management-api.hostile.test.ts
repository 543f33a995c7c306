import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createActiveFlag, createExperiment, createSegment, freshName } from '../../test/kit/experimentation.ts'
import { createTestApi, OPERATIONS } from '../../test/kit/management-api.ts'
import { readsBody } from './http/operation.ts'

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

/** Bodies that no operation may take, and none may choke on. */
const BODIES: Readonly<Record<string, string | Uint8Array>> = {
  nothing: '',
  'half a document': '{"name": "x',
  'a bare null': 'null',
  'a bare list': '[]',
  'a bare string': '"name"',
  'a document with a comment': '{"name": "abc" /* x */}',
  'lists, nested a hundred thousand times': `{"name": ${deep(100_000)}}`,
  'objects, nested a hundred thousand times': `${'{"name":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
  'a megabyte of brackets that never close': '['.repeat(1_000_000),
  'a number beyond every double': '{"name": 1e999, "status": 1e999, "target_level": 1e999}',
  'a number of a hundred thousand digits': `{"name": ${'9'.repeat(100_000)}, "target_level": ${'9'.repeat(400)}}`,
  'NUL in a string': '{"name": "a\\u0000b", "status": "active\\u0000"}',
  'half a surrogate pair': '{"name": "abc\\ud800", "status": "\\udc00"}',
  'bytes that are no UTF-8': Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  'a prototype as a key': '{"__proto__": {"name": "abc", "status": "active", "target_level": 10}}',
  'a prototype further in': '{"name": "abc", "parameters": {"__proto__": {"type": "string", "value": ""}}}',
  'names of inherited methods':
    '{"constructor": {"prototype": {"status": "active"}}, "toString": 1, "hasOwnProperty": 1}',
  'fifty thousand unknown keys': JSON.stringify(
    Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i])),
  ),
  'the wrong type everywhere':
    '{"name": {}, "description": [], "status": {}, "rules": {}, "parameters": [], "overrides": "", "target_level": "10", "allocations": {}}',
  'another status of the world': '{"status": "ACTIVE"}',
}

describe('hostile requests', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())
  const flag = await createActiveFlag(api)
  const experiment = await createExperiment(api, flag)
  const segment = await createSegment(api)

  const realPath = (path: string): string =>
    `/api/v2${path}`
      .replace('experiments/{id}', `experiments/${experiment}`)
      .replace('feature-flags/{id}', `feature-flags/${flag.flag}`)
      .replace('segments/{id}', `segments/${segment}`)
      .replace('{vid}', flag.treatment)

  const writes = OPERATIONS.filter(operation => operation.path.startsWith('/experimentation') && readsBody(operation))

  for (const [what, body] of Object.entries(BODIES)) {
    test(`a body is refused by every operation that reads one: ${what}`, async () => {
      for (const { id, method, path } of writes) {
        const started = performance.now()
        const answer = await api.call(method.toUpperCase(), realPath(path), body, {
          'content-type': 'application/json',
        })
        assert.equal(answer.status, 400, `${id}: ${JSON.stringify(answer.body)}`)
        assert.ok(JSON.stringify(answer.body).length < 5_000, id)
        assert.ok(performance.now() - started < 2_000, id)
      }
      assert.deepEqual(api.errors, [])
      assert.equal(({} as { status?: string }).status, undefined)
    })
  }

  test('what is refused has changed nothing', async () => {
    const { body } = await api.call('GET', `/experiments/${experiment}`)
    assert.equal(body.status, 'draft')
  })

  const CONTENT_TYPES = [
    '',
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'constructor',
    'application/json2',
  ]
  for (const type of CONTENT_TYPES) {
    test(`the content type ${JSON.stringify(type)} is not supported`, async () => {
      const { status } = await api.call('POST', '/segments', '{}', { 'content-type': type })
      assert.equal(status, 415)
    })
  }

  test('a charset beside the content type is no obstacle', async () => {
    const body = JSON.stringify({ name: freshName('segment'), rules: [{ match: { country: ['DE'] } }] })
    assert.equal(
      (await api.call('POST', '/segments', body, { 'content-type': 'Application/JSON; charset=utf-8' })).status,
      201,
    )
  })

  test('a body that says nothing of its size is cut off at a megabyte', async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536
        if (sent > 64 * 1024 * 1024) controller.close()
        else controller.enqueue(new Uint8Array(65_536).fill(0x20))
      },
    })
    const answer = await api.stream('/segments', { method: 'POST', body, duplex: 'half' })
    assert.equal(answer.status, 413)
    assert.ok(sent < 4 * 1024 * 1024, `${sent} bytes were read`)
  })

  test('a body that breaks off is the fault of its sender', async () => {
    const body = new ReadableStream({ pull: controller => controller.error(new Error('reset')) })
    const answer = await api.stream('/segments', { method: 'POST', body, duplex: 'half' })
    assert.deepEqual([answer.status, answer.body.errorCode], [400, 'invalid_body'])
    assert.deepEqual(api.errors, [])
  })

  test('a form of a quarter of a million fields is refused in no time', async () => {
    const form = Array.from({ length: 250_000 }, (_, i) => i.toString(36)).join('&')
    const started = performance.now()
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const { status } = await api.call('POST', `/experiments/${experiment}/status`, form, type)
    assert.ok([400, 413].includes(status))
    assert.ok(performance.now() - started < 2_000)
  })

  const FORMS = [
    'status=active&status=archived',
    'status[]=active',
    '__proto__=x',
    'status=%00',
    '%',
    '',
    '=',
    'status=%ff',
  ]
  for (const form of FORMS) {
    test(`the form ${JSON.stringify(form)} is refused`, async () => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      const { status } = await api.call('POST', `/experiments/${experiment}/status`, form, type)
      assert.equal(status, 400)
    })
  }

  const IDS = [
    '%00',
    '%E0%A4%A',
    '%F0%9F%98%80',
    "'; drop table experiments; --",
    '..%2F..%2Fsegments',
    '__proto__',
    'exp_0OIl',
    'exp_',
    'x'.repeat(8_000),
  ]
  for (const id of IDS) {
    test(`the id ${id.slice(0, 40)} names nothing`, async () => {
      const path = encodeURI(id) === id || id.includes('%') ? id : encodeURIComponent(id)
      for (const noun of ['experiments', 'feature-flags', 'segments']) {
        assert.equal((await api.call('GET', `/${noun}/${path}`)).status, 404)
        assert.equal((await api.call('DELETE', `/${noun}/${path}`)).status, 204)
        assert.equal((await api.call('PATCH', `/${noun}/${path}`, { name: 'Anything' })).status, 404)
      }
      assert.equal((await api.call('GET', `/feature-flags/${flag.flag}/variations/${path}`)).status, 404)
      assert.equal((await api.call('POST', `/experiments/${path}/validate`)).status, 404)
      assert.deepEqual(api.errors, [])
    })
  }

  test('names of all scripts are kept, to the letter', async () => {
    for (const name of [
      '名前テスト',
      'مرحبا',
      '👩‍👩‍👧‍👦 family',
      'a\u0301bc',
      '﷽﷽﷽',
      "Robert'); drop table",
      '<script>x</script>',
    ]) {
      const { status, body } = await api.call('POST', '/segments', { name, rules: [{ match: { country: ['DE'] } }] })
      assert.deepEqual([status, body.name], [201, name])
    }
  })

  test('weights beyond their bounds or steps are refused with their path', async () => {
    for (const weight of [-0.01, 100.01, 33.333, 1e-7, '50', null, true]) {
      const allocations = [{ variation_id: flag.control, is_control: true, weight }]
      const { status, body } = await api.call('PATCH', `/experiments/${experiment}`, { allocations })
      assert.equal(status, 400)
      assert.match(body.message, /allocations\[0\]\.weight/)
    }
    for (const weight of [0, 0.01, 0.29, 99.99, 100]) {
      const allocations = [{ variation_id: flag.control, is_control: true, weight }]
      const { body } = await api.call('PATCH', `/experiments/${experiment}`, { allocations })
      assert.equal(body.allocations[0].weight, weight)
    }
  })

  test('levels and priorities that no column could hold are refused', async () => {
    const refuse = async (change: object) => {
      const { status, body } = await api.call('PATCH', `/experiments/${experiment}`, change)
      assert.deepEqual([status, body.errorCode], [400, 'invalid_body'], JSON.stringify(change))
    }
    for (const levels of [[], [10, 10], [20, 10], [-1], [101], [1.5], ['10'], [null], Array(200).fill(1)])
      await refuse({ levels })
    for (const priority of [0, -1, 1.5, 2_147_483_648, '1']) {
      await refuse({ allocations: [{ variation_id: flag.control, is_control: true, priority }] })
    }
  })
})
