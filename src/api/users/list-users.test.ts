import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { assertRefused, TENANT } from '../../../test/kit/management-api.ts'
import { noteTestLogin } from '../../../test/kit/test-tenant.ts'
import { createUserApi, NOW } from '../../../test/kit/user-api.ts'

describe('lists of users', async () => {
  const { api, call, create, find } = await createUserApi()
  after(() => api[Symbol.asyncDispose]())

  test('a search finds users by whole values, beginnings, ranges and metadata', async () => {
    const { user_id: ada } = await create({
      email: 'lovelace@search.example',
      name: 'Ada Lovelace',
      user_metadata: {
        cohort: 'treatment',
        age: 36,
        beta: true,
        addresses: [{ city: ['Paris', 'London'] }],
        'a"b': 'q',
      },
      app_metadata: { plan: { tier: 'gold' } },
    })
    const { user_id: bob } = await create({
      email: 'bob@search.example',
      name: 'Bob Ada',
      blocked: true,
      email_verified: true,
      user_metadata: { cohort: 'Treatment', age: '36' },
    })
    await noteTestLogin(api.db, ada, { ip: '203.0.113.7', at: new Date('2031-05-05T12:00:00Z') }, TENANT)
    const QUERIES: Readonly<Record<string, readonly string[]>> = {
      'email:"LOVELACE@search.example"': [ada],
      'email:lovelace@*': [ada],
      'name:"ada lovelace"': [ada],
      'name:ADA\\ l*': [ada],
      [`user_id:"${bob}"`]: [bob],
      [`user_id:${bob.slice(0, 20)}*`]: [bob],
      'lovelace@search.example': [ada],
      'user_metadata.cohort:"treatment"': [ada],
      'user_metadata.cohort:treatment OR user_metadata.cohort:Treatment': [ada, bob],
      'user_metadata.age:36': [ada, bob],
      'user_metadata.beta:true': [ada],
      'user_metadata.addresses.city:"Paris"': [ada],
      'user_metadata.a\\"b:q': [ada],
      'app_metadata.plan.tier:gold': [ada],
      'app_metadata.plan:gold': [],
      'user_metadata.cohort:treat': [],
      'blocked:true AND email:bob@*': [bob],
      'email:(lovelace@* OR bob@search*) AND NOT blocked:true': [ada],
      'email_verified:true AND name:bob*': [bob],
      'last_login:[2031-05 TO *]': [ada],
      'last_login:2031-05-05 AND logins_count:1': [ada],
      'logins_count:[1 TO 5] AND email:*': [ada],
      'logins_count:{1 TO *]': [],
      'created_at:[* TO 2020}': [],
      'name:[ada TO adb]': [ada],
      'user_metadata.cohort:"\' || true || \'"': [],
    }
    for (const [q, expected] of Object.entries(QUERIES)) {
      assert.deepEqual((await find(q)).toSorted(), expected.toSorted(), q)
    }
  })

  const UNREADABLE: Readonly<Record<string, RegExp>> = {
    'name:*ada*': /position 5.*end of a term/,
    'name:a*a': /end of a term/,
    'user_metadata.cohort:treat*': /metadata is compared whole/,
    'user_metadata.cohort:*': /metadata is compared whole/,
    'user_metadata.age:[1 TO 5]': /metadata is compared whole/,
    'user_metadata:x': /unknown field "user_metadata"/,
    'user_metadata..x:y': /unknown field/,
    'password_hash:x': /unknown field "password_hash"; fields are user_id, .*app_metadata/,
    'is_administrator:true': /unknown field/,
    'logins_count:many': /whole number/,
    'logins_count:[1 TO 99999999999]': /whole number/,
    'blocked:yes': /true or false/,
    'blocked:[a TO b]': /no range/,
    'created_at:yesterday': /not a date/,
    'email:"': /not closed/,
  }
  test('a search that no index answers, or that cannot be read, is refused with the place and the reason', async () => {
    for (const [q, message] of Object.entries(UNREADABLE)) {
      assert.match(
        assertRefused(await call('GET', `users?q=${encodeURIComponent(q)}`), 400, 'invalid_query_string'),
        message,
      )
    }
    assertRefused(await call('GET', `users?q=${'x'.repeat(3_000)}`), 414, 'query_too_long')
  })

  test('pages follow each other in the order of the list, and totals say how many there are', async () => {
    const made: string[] = []
    for (const [n, name] of ['C', 'a', 'B', 'd'].entries()) {
      const { user_id } = await create({ name, user_metadata: { page: 'yes' } })
      made.push(user_id)
      if (n !== 2) await noteTestLogin(api.db, user_id, { ip: '::1', at: new Date(NOW + n) }, TENANT)
    }
    const list = async (query: string) => (await call('GET', `users?q=user_metadata.page:yes&${query}`)).body
    const names = (found: { name: string }[]) => found.map(({ name }) => name).join('')
    assert.equal(names(await list('sort=name:1')), 'aBCd')
    assert.equal(names(await list('sort=name:-1&per_page=2')), 'dC')
    assert.equal(names(await list('sort=name:-1&per_page=2&page=1')), 'Ba')
    assert.equal(names(await list('sort=last_login:-1')), 'daCB')
    assert.equal(names(await list('sort=last_login:1')), 'BCad')
    const page = await list('per_page=3&page=1&include_totals=true&fields=user_id')
    assert.deepEqual({ ...page, users: page.users.length }, { start: 3, limit: 3, length: 1, total: 4, users: 1 })
    const none = await list('per_page=0&include_totals=true')
    assert.deepEqual(none, { start: 0, limit: 0, length: 0, total: 4, users: [] })
    assert.deepEqual(await list('connection=Social'), [])
    assert.deepEqual(await list('connection=Nobody'), [])
    assert.equal((await list('connection=Users&search_engine=v3&primary_order=true')).length, 4)
    for (const query of [
      'sort=password_hash:1',
      'sort=name',
      'sort=name:2',
      'per_page=101',
      'page=-1',
      'page=10&per_page=100',
      'search_engine=v2',
      'from=x',
      'fields=a-b',
    ]) {
      assertRefused(await call('GET', `users?${query}`), 400, 'invalid_query_string')
    }
  })
})
