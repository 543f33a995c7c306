/** What ends while a request is under way that was let in before. Each request is held at a known place. */

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { type Browser, createBrowser, hiddenFields, type Visit } from '../../../test/kit/browser.ts'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { createQueryHold } from '../../../test/kit/held-queries.ts'
import { type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty, isCallback, type RelyingParty } from '../../../test/kit/relying-party.ts'
import { changeUser, deleteUser } from '../../store/users/user-writes.ts'
import { CONTINUE, type LoginUnderWay, type Step, type StepOutcome } from '../pipeline/step.ts'

const PASSWORD = 'battery staple'
const DENIED: StepOutcome = { kind: 'deny', error: 'access_denied', description: 'revoked' }

/** What the pipeline's only step does next, once. */
let onStep: ((login: LoginUnderWay) => Promise<StepOutcome>) | undefined

const step: Step = {
  name: 'scripted',
  doc: 'Does what a test says.',
  kinds: ['interactive', 'session', 'silent', 'refresh'],
  async run(login, resumed) {
    const script = resumed === undefined ? onStep : undefined
    if (script) onStep = undefined
    return (await script?.(login)) ?? CONTINUE
  },
}

let database: TestDatabase
let server: LoginServer
let party: RelyingParty
let users = 0
const queries = createQueryHold()

before(async () => {
  database = await createTestDatabase()
  server = await startLoginServer({
    database: { ...database, db: database.db.withPlugin(queries.plugin) },
    steps: [step],
  })
  party = createRelyingParty(server)
  server.switches.otherwise = (request, response) => {
    const state = new URL(request.url ?? '', server.issuer).searchParams.get('state')
    void server.login.resume(request, response, state, { step: 'scripted', data: {} })
  }
})

after(() => server?.[Symbol.asyncDispose]())

afterEach(() => {
  onStep = undefined
})

/** Holds the next request in the pipeline, between "who is it" and what it leads to. */
const holdStep = () => {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  onStep = async () => {
    reached.resolve()
    await released.promise
    return CONTINUE
  }
  return { reached: reached.promise, release: released.resolve }
}

interface Person {
  readonly browser: Browser
  readonly email: string
  readonly userId: string
  readonly idToken: string
  readonly refreshToken: string
}

/** A person who has just signed up, and so is logged in. */
const newPerson = async (): Promise<Person> => {
  const [browser, email] = [createBrowser(server.issuer), `person-${++users}@example.com`]
  const signUp = { screen_hint: 'signup', scope: 'openid offline_access' }
  const { body } = await party.exchange(await party.logIn(browser, signUp, { email, password: PASSWORD }))
  const { user_id } = await database.db
    .selectFrom('users')
    .select('user_id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow()
  server.takeEvents()
  return { browser, email, userId: user_id, idToken: body.id_token ?? '', refreshToken: body.refresh_token ?? '' }
}

const read = () => ({ db: database.db, tenantId: server.tenantId })
const NO_CHANGE = { profile: {}, at: new Date() }

const post = (path: string, fields: Record<string, string>): Promise<Response> =>
  fetch(new URL(path, server.issuer), {
    method: 'POST',
    body: new URLSearchParams({ client_id: party.authorize().url.searchParams.get('client_id') ?? '', ...fields }),
  })

/** Another request of the same browser in which an Action ends the session with its tokens. */
const revokeBySession = async ({ browser }: Person): Promise<void> => {
  onStep = async ({ exchange }) => {
    exchange.plan.revoked.session = 'with-refresh-tokens'
    return DENIED
  }
  const end = await browser.request(party.authorize({ prompt: 'none' }).url)
  assert.match(end.headers.get('location') ?? '', /error=access_denied/)
}

type End = (person: Person) => Promise<unknown>

const ENDS_OF_USER: Readonly<Record<string, End>> = {
  'a new password': ({ userId }) => changeUser(read(), userId, { ...NO_CHANGE, passwordHash: 'another' }),
  'a block': ({ userId }) => changeUser(read(), userId, { ...NO_CHANGE, profile: { blocked: true } }),
  'the deletion of the user': ({ userId }) => deleteUser(read(), userId),
}

const ENDS_OF_SESSION: Readonly<Record<string, End>> = {
  ...ENDS_OF_USER,
  '/v2/logout': ({ browser }) => browser.request('/v2/logout'),
  '/oidc/logout': ({ browser, idToken }) => browser.request(`/oidc/logout?id_token_hint=${idToken}`),
  'an Action that revokes the session': revokeBySession,
}

const rowsOf = async ({ userId }: Person, ...models: readonly string[]): Promise<readonly string[]> => {
  const rows = await database.db
    .selectFrom('oidc_payloads')
    .select('model')
    .where('account_id', '=', userId)
    .where('model', 'in', models)
    .execute()
  return rows.map(({ model }) => model)
}

const loginsOf = async ({ userId }: Person): Promise<number> => {
  const row = await database.db
    .selectFrom('users')
    .select('logins_count')
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row?.logins_count ?? 1
}

/** The request got nothing, the session is over, and no login was counted. */
const assertNothing = async (person: Person, answer: Visit): Promise<void> => {
  const location = answer.headers.get('location') ?? ''
  assert.match(location, /[?&]error=(login_required|unauthorized)(&|$)/, answer.body)
  assert.doesNotMatch(location, /[?&]code=/)
  assert.deepEqual(
    answer.headers.getSetCookie().filter(cookie => cookie.startsWith('ec_session')),
    [],
  )
  const types = server.takeEvents().map(({ type }) => type)
  assert.ok(!types.some(type => ['s', 'ssa'].includes(type)), types.join())
  assert.deepEqual(await rowsOf(person, 'Session'), [])
  assert.equal(await loginsOf(person), 1)
  const silent = await person.browser.visit(party.authorize({ prompt: 'none' }).url)
  assert.equal(silent.url.searchParams.get('error'), 'login_required')
}

describe('a request in a session that ends meanwhile', () => {
  for (const [name, end] of Object.entries(ENDS_OF_SESSION)) {
    for (const [kind, parameters] of Object.entries({ 'silent renewal': { prompt: 'none' }, 'single sign-on': {} })) {
      test(`${kind} during ${name}`, async () => {
        const person = await newPerson()
        const held = holdStep()
        const under = person.browser.request(party.authorize(parameters).url)
        await held.reached
        await end(person)
        held.release()
        await assertNothing(person, await under)
      })
    }

    test(`a login that was suspended, and gets another session id, during ${name}`, async () => {
      const person = await newPerson()
      onStep = async () => ({ kind: 'suspend', to: state => `${server.issuer}away?state=${state}` })
      const away = await person.browser.request(party.authorize().url)
      const back = await person.browser.request(away.headers.get('location') ?? '')
      const held = queries.next(/"users"/)
      const under = person.browser.request(back.headers.get('location') ?? '')
      await held.reached
      await end(person)
      held.release()
      await assertNothing(person, await under)
    })
  }

  test('a login that a step suspends at that moment has no page', async () => {
    const person = await newPerson()
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    onStep = async () => {
      reached.resolve()
      await released.promise
      return { kind: 'suspend', to: state => `${server.issuer}away?state=${state}` }
    }
    const under = person.browser.request(party.authorize().url)
    await reached.promise
    await person.browser.request('/v2/logout')
    released.resolve()
    await assertNothing(person, await under)
  })

  test('a logout that was sent before the session got another id ends it all the same, once', async () => {
    const person = await newPerson()
    const cookie = person.browser.jar.header('/')
    await party.logIn(person.browser, { prompt: 'login' }, { username: person.email, password: PASSWORD })
    server.takeEvents()
    assert.notEqual(person.browser.jar.header('/'), cookie)
    const logouts = Array.from({ length: 3 }, () =>
      createBrowser(server.issuer).request('/v2/logout', { headers: { cookie } }),
    )
    await Promise.all(logouts)
    const events = server.takeEvents()
    assert.deepEqual(
      events.map(({ type, user_name }) => [type, user_name]),
      [['slo', person.email]],
    )
    assert.deepEqual(await rowsOf(person, 'Session'), [])
  })
})

describe('a password that was given before everything of its user was ended', () => {
  const NEW = { email: '', password: '' }

  /** Gives the password; what follows is not visited. */
  const give = async ({ email }: Person, browser = createBrowser(server.issuer)) => {
    const page = await browser.visit(party.authorize().url)
    const form = { ...hiddenFields(page.body), ...NEW, username: email, password: PASSWORD }
    return { browser, answer: browser.request(page.url, { form }) }
  }

  for (const [name, end] of Object.entries(ENDS_OF_USER)) {
    test(`leads to no session after ${name}`, async () => {
      const person = await newPerson()
      const { browser, answer } = await give(person)
      const next = (await answer).headers.get('location') ?? ''
      await end(person)
      const page = await browser.visit(next)
      assert.equal(page.url.pathname, '/u/login', page.body)
      assert.deepEqual(await rowsOf(person, 'Session', 'Grant', 'AuthorizationCode'), [])
      assert.equal(await loginsOf(person), 1)
    })

    test(`leads to no session when it is looked at during ${name}`, async () => {
      const person = await newPerson()
      const held = queries.next(/"login_failures"/)
      const { browser, answer } = await give(person)
      await held.reached
      await end(person)
      held.release()
      const page = await browser.visit((await answer).headers.get('location') ?? '')
      assert.ok(!isCallback(page) || page.url.searchParams.get('error') === 'unauthorized', page.url.href)
      assert.deepEqual(await rowsOf(person, 'Session', 'Grant', 'AuthorizationCode'), [])
    })

    test(`leads to no session when its login goes through its steps during ${name}`, async () => {
      const person = await newPerson()
      const { browser, answer } = await give(person)
      const held = holdStep()
      const under = browser.request((await answer).headers.get('location') ?? '')
      await held.reached
      await end(person)
      held.release()
      await assertNothing({ ...person, browser }, await under)
    })
  }

  test('a user who is created anew with the same id is not the one who gave it', async () => {
    const person = await newPerson()
    const row = await database.db
      .selectFrom('users')
      .selectAll()
      .where('user_id', '=', person.userId)
      .executeTakeFirst()
    const { browser, answer } = await give(person)
    const next = (await answer).headers.get('location') ?? ''
    await deleteUser(read(), person.userId)
    assert.ok(row)
    const { tenant_id, user_id, connection_id, email, name: named, nickname } = row
    await database.db
      .insertInto('users')
      .values({
        tenant_id,
        user_id,
        connection_id,
        email,
        name: named,
        nickname,
        user_metadata: '{}',
        app_metadata: '{}',
      })
      .execute()
    assert.equal((await browser.visit(next)).url.pathname, '/u/login')
  })
})

const ENDS_OF_TOKENS: Readonly<Record<string, End>> = {
  ...ENDS_OF_USER,
  'an Action that revokes the session with its tokens': revokeBySession,
}

const assertRefused = async (person: Person, under: Promise<{ status: number; body: object }>): Promise<void> => {
  const { status, body } = await under
  assert.deepEqual([status, 'error' in body && body.error], [400, 'invalid_grant'], JSON.stringify(body))
  assert.ok(!('access_token' in body || 'id_token' in body || 'refresh_token' in body))
  assert.deepEqual(await rowsOf(person, 'Grant', 'RefreshToken', 'AccessToken', 'AuthorizationCode'), [])
  const again = await party.token({ grant_type: 'refresh_token', refresh_token: person.refreshToken })
  assert.equal(again.body.error, 'invalid_grant')
}

describe('a refresh', () => {
  const ENDS: Readonly<Record<string, End>> = {
    ...ENDS_OF_TOKENS,
    '/oauth/revoke': async ({ refreshToken }) => {
      const { clientSecret = '' } = server.credentials.app
      const answer = await post('/oauth/revoke', { token: refreshToken, client_secret: clientSecret })
      assert.equal(answer.status, 200)
    },
    'an Action that revokes the refresh token': async ({ refreshToken }) => {
      onStep = async ({ exchange }) => {
        exchange.plan.revoked.refreshToken = true
        return DENIED
      }
      await party.token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    },
  }
  for (const [name, end] of Object.entries(ENDS)) {
    test(`under way during ${name} brings nothing, and nothing of it comes back`, async () => {
      const person = await newPerson()
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      onStep = async ({ exchange }) => {
        reached.resolve()
        await released.promise
        // An end that an Action sets is kept with the grant.
        exchange.plan.tokens.refreshToken.expiresAt = Date.now() + 3_600_000
        return CONTINUE
      }
      const under = party.token({ grant_type: 'refresh_token', refresh_token: person.refreshToken })
      await reached.promise
      await end(person)
      released.resolve()
      await assertRefused(person, under)
    })
  }

  test('that is sent twice at one moment gets one next token, which stays good; sent later it ends the family', async () => {
    const person = await newPerson()
    const refresh = (refresh_token: string) => party.token({ grant_type: 'refresh_token', refresh_token })
    const held = queries.next(/set consumed_at/)
    const first = refresh(person.refreshToken)
    await held.reached
    assert.equal((await refresh(person.refreshToken)).body.error, 'invalid_grant')
    held.release()
    const { body } = await first
    const next = await refresh(body.refresh_token ?? assert.fail(JSON.stringify(body)))
    assert.equal(next.status, 200)
    assert.equal((await refresh(person.refreshToken)).body.error, 'invalid_grant')
    assert.equal((await refresh(next.body.refresh_token ?? '')).body.error, 'invalid_grant')
  })
})

describe('a code', () => {
  const newCode = async ({ browser }: Person, scope = 'openid') => {
    const { url, verifier } = party.authorize({ prompt: 'none', scope })
    const { searchParams } = (await browser.visit(url)).url
    return { code: searchParams.get('code') ?? assert.fail('no code'), verifier }
  }

  for (const scope of ['openid', 'openid offline_access']) {
    for (const [name, end] of Object.entries(ENDS_OF_TOKENS)) {
      test(`that is redeemed for "${scope}" during ${name} brings nothing`, async () => {
        const person = await newPerson()
        const callback = await newCode(person, scope)
        const held = queries.next(/UpdateQueryNode.*consumed_at|set consumed_at/)
        const under = party.exchange(callback)
        await held.reached
        await end(person)
        held.release()
        await assertRefused(person, under)
      })
    }
  }

  test('that is redeemed for a refresh token brings none when everything ends before that is stored', async () => {
    const person = await newPerson()
    const callback = await newCode(person, 'openid offline_access')
    const held = queries.next(/"users".*"oidc_payloads"/)
    const under = party.exchange(callback)
    await held.reached
    await ENDS_OF_USER['a new password']?.(person)
    held.release()
    await assertRefused(person, under)
  })

  for (const [name, end] of Object.entries(ENDS_OF_SESSION)) {
    test(`is not redeemed after ${name}`, async () => {
      const person = await newPerson()
      const callback = await newCode(person)
      await end(person)
      const { status, body } = await party.exchange(callback)
      assert.deepEqual([status, body.error], [400, 'invalid_grant'])
    })
  }

  test('that is sent twice at one moment is redeemed once; sent later it takes back what it gave', async () => {
    const person = await newPerson()
    const callback = await newCode(person, 'openid offline_access')
    const held = queries.next(/set consumed_at/)
    const first = party.exchange(callback)
    await held.reached
    assert.equal((await party.exchange(callback)).body.error, 'invalid_grant')
    held.release()
    const { body } = await first
    const refresh = (refresh_token = '') => party.token({ grant_type: 'refresh_token', refresh_token })
    const next = await refresh(body.refresh_token)
    assert.equal(next.status, 200, JSON.stringify(body))
    assert.equal((await party.exchange(callback)).body.error, 'invalid_grant')
    assert.equal((await refresh(next.body.refresh_token)).body.error, 'invalid_grant')
  })

  test('that was redeemed leads to tokens that outlive the session', async () => {
    const { browser, refreshToken } = await newPerson()
    await browser.request('/v2/logout')
    const refreshed = await party.token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    assert.equal(refreshed.status, 200)
  })
})
