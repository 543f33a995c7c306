import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { interleave } from '../../../test/kit/interleave.ts'
import { insertTestTenant, insertTestUser, TENANT } from '../../../test/kit/test-tenant.ts'
import { toTenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import { findUser, type UserRecord } from '../users/user-store.ts'
import { changeUser, deleteUser } from '../users/user-writes.ts'
import {
  type AuthorizationOutcome,
  type AuthorizationWrite,
  SESSION_END,
  type SessionWrite,
  writeAuthorization,
} from './authorization-store.ts'
import { findOidcPayload, GRANT_MODEL, hashPayloadId, type NewOidcPayload } from './oidc-payload-store.ts'
import { endSession, endSessionOfCookie } from './session-end.ts'

const expiresAt = new Date(Date.now() + 3_600_000)
const LOGIN = { ip: '203.0.113.7', at: new Date(1_760_000_000_000) }

let database: TestDatabase
let made = 0

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
})

after(() => database?.close())

const read = () => ({ db: database.db, tenantId: TENANT })

const newUser = async (): Promise<UserRecord> =>
  (await findUser(database.db, TENANT, await insertTestUser(database.db))) ?? assert.fail()

const sessionOf = ({ userId }: UserRecord, wishes: Partial<SessionWrite> = {}): SessionWrite => {
  made += 1
  const uid = wishes.uid ?? `session-${made}`
  return {
    ...{ tenantId: TENANT, id: `cookie-${made}`, from: undefined, uid, accountId: userId, expiresAt },
    payload: { uid, accountId: userId },
    ...wishes,
  }
}

const issuedTo = ({ userId }: UserRecord): readonly NewOidcPayload[] => {
  made += 1
  const [grantId, payload] = [`grant-${made}`, { accountId: userId }]
  return [
    { tenantId: TENANT, model: GRANT_MODEL, id: grantId, payload, grantId, uid: undefined, expiresAt },
    { tenantId: TENANT, model: 'AuthorizationCode', id: `code-${made}`, payload, grantId, uid: 's', expiresAt },
  ]
}

/** A login of a user, in a new session unless one is given. */
const loginOf = (user: UserRecord, wishes: Partial<AuthorizationWrite> = {}): AuthorizationWrite => ({
  session: sessionOf(user),
  user: { userId: user.userId, generation: user.generation, login: LOGIN },
  issued: issuedTo(user),
  ...wishes,
})

const write = (wanted: AuthorizationWrite, db: Db = database.db): Promise<AuthorizationOutcome> =>
  writeAuthorization(db, wanted)

/** A user with a session. */
const newSession = async () => {
  const user = await newUser()
  const { session } = loginOf(user)
  assert.equal((await write(loginOf(user, { session }))).kind, 'written')
  return { user, session }
}

const findSession = ({ id }: SessionWrite) => findOidcPayload(database.db, { tenantId: TENANT, model: 'Session', id })

const open = async ({ userId }: UserRecord): Promise<readonly string[]> => {
  const rows = await database.db
    .selectFrom('oidc_payloads')
    .select('model')
    .where('account_id', '=', userId)
    .orderBy('model')
    .execute()
  return rows.map(({ model }) => model)
}

const loginsOf = async ({ userId }: UserRecord) => (await findUser(database.db, TENANT, userId))?.loginsCount

describe('an authorization', () => {
  test('of a new session is written whole, and counted', async () => {
    const user = await newUser()
    const login = loginOf(user)
    assert.deepEqual(await write(login), { kind: 'written', loginsCount: 1 })
    assert.deepEqual(await open(user), ['AuthorizationCode', 'Grant', 'Session'])
    const found = await findUser(database.db, TENANT, user.userId)
    assert.deepEqual([found?.lastIp, found?.lastLogin, found?.loginsCount], [LOGIN.ip, LOGIN.at, 1])
  })

  test('of a session that is there replaces it, under its id or under another one', async () => {
    const { user, session } = await newSession()
    const payload = { ...session.payload, amr: ['pwd'] }
    const silent = { userId: user.userId, generation: undefined, login: undefined }
    const same = { ...session, from: session.id, payload }
    assert.deepEqual(await write(loginOf(user, { session: same, user: silent })), {
      kind: 'written',
      loginsCount: undefined,
    })
    assert.deepEqual((await findSession(session))?.payload, payload)
    const moved = { ...session, from: session.id, id: `${session.id} moved` }
    assert.deepEqual(await write(loginOf(user, { session: moved })), { kind: 'written', loginsCount: 2 })
    assert.deepEqual([await findSession(session), (await findSession(moved))?.payload], [undefined, session.payload])
  })

  test('logins of a user at the same moment are all counted', async () => {
    const user = await newUser()
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => write(loginOf(user))))
    const counts = outcomes.map(outcome => (outcome.kind === 'written' ? outcome.loginsCount : outcome.kind))
    assert.deepEqual(
      counts.toSorted((a, b) => Number(a) - Number(b)),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    )
  })

  test('a session without a user, and one whose request led to nothing, is stored without looking at one', async () => {
    const session = sessionOf({ userId: 'auth0|none' } as UserRecord, { accountId: undefined, payload: { uid: 'x' } })
    assert.equal((await write({ session, user: undefined, issued: [] })).kind, 'written')
    const again = { ...session, from: session.id, payload: { uid: 'x', state: 1 } }
    assert.equal((await write({ session: again, user: undefined, issued: [] })).kind, 'written')
    assert.deepEqual((await findSession(session))?.payload, again.payload)
  })
})

describe('nothing is written', () => {
  test('of a session that has ended, of another one, or in the name of another user', async () => {
    const { user, session } = await newSession()
    const stranger = await newUser()
    const loaded = { ...session, from: session.id }
    const refused = [
      loginOf(user, { session: { ...loaded, from: 'another cookie' } }),
      loginOf(user, { session: { ...loaded, uid: 'another session' } }),
      loginOf(user, { session: { ...loaded, tenantId: toTenantId('other') } }),
      loginOf(stranger, { session: { ...loaded, accountId: stranger.userId } }),
    ]
    for (const login of refused) assert.ok(['session_ended', 'user_ended'].includes((await write(login)).kind))
    assert.ok(await endSession(database.db, TENANT, session.uid))
    assert.deepEqual(await write(loginOf(user, { session: loaded })), { kind: 'session_ended' })
    assert.deepEqual(await write(loginOf(user, { session: { ...loaded, id: 'moved' } })), { kind: 'session_ended' })
    assert.deepEqual(await open(user), ['AuthorizationCode', 'Grant'])
    assert.deepEqual([await loginsOf(user), await loginsOf(stranger)], [1, 0])
  })

  test('for a user who is gone, is blocked, or was recognised before everything was ended', async () => {
    const [blocked, changed, deleted] = [await newUser(), await newUser(), await newUser()]
    await database.db.updateTable('users').set({ blocked: true }).where('user_id', '=', blocked.userId).execute()
    await changeUser(read(), changed.userId, { profile: {}, passwordHash: 'x', at: new Date() })
    await deleteUser(read(), deleted.userId)
    assert.deepEqual(await write(loginOf(blocked)), { kind: 'user_blocked' })
    assert.deepEqual(await write(loginOf(changed)), { kind: 'user_ended' })
    assert.deepEqual(await write(loginOf(deleted)), { kind: 'user_ended' })
    for (const [kind, user] of [
      ['user_blocked', blocked],
      ['user_ended', changed],
      ['user_ended', deleted],
    ] as const) {
      // The end has left a session that had no user.
      const before = sessionOf(user, { accountId: undefined, payload: {} })
      await write({ session: before, user: undefined, issued: [] })
      const session = { ...before, from: before.id, accountId: user.userId, payload: { accountId: user.userId } }
      assert.deepEqual(await write(loginOf(user, { session })), { kind })
      assert.deepEqual((await findSession(session))?.payload, {})
      assert.deepEqual(await open(user), [])
    }
    assert.deepEqual([await loginsOf(blocked), await loginsOf(changed)], [0, 0])
  })

  test('by the second login of a transaction, which a grant is named after', async () => {
    const [user, stranger] = [await newUser(), await newUser()]
    const issued = issuedTo(user)
    const logins = [user, user, stranger].map(someone => write(loginOf(someone, { issued })))
    const kinds = (await Promise.all(logins)).map(({ kind }) => kind)
    assert.deepEqual(kinds.toSorted(), ['granted_before', 'granted_before', 'written'])
    assert.equal(Number(await loginsOf(user)) + Number(await loginsOf(stranger)), 1)
    assert.deepEqual([...(await open(user)), ...(await open(stranger))].toSorted(), [
      'AuthorizationCode',
      'Grant',
      'Session',
    ])
  })
})

describe('at the same moment', () => {
  test('a logout ends the session whose id a request is replacing', async () => {
    const { user, session } = await newSession()
    const moved = { ...session, from: session.id, id: `${session.id} moved` }
    const [written, ended] = await interleave(
      database.db,
      db => write(loginOf(user, { session: moved }), db),
      () => endSessionOfCookie(database.db, TENANT, session.id),
    )
    assert.equal(written.kind, 'written')
    assert.deepEqual(ended, { sessionId: session.uid, userId: user.userId })
    assert.equal(await findSession(moved), undefined)
  })

  test('a request whose session a logout is ending writes nothing', async () => {
    const { user, session } = await newSession()
    const [, written] = await interleave(
      database.db,
      db => endSessionOfCookie(db, TENANT, session.id),
      () => write(loginOf(user, { session: { ...session, from: session.id } })),
    )
    assert.deepEqual(written, { kind: 'session_ended' })
    assert.equal(await loginsOf(user), 1)
  })

  for (const [name, change] of Object.entries({
    'a new password': { passwordHash: 'x', profile: {}, at: new Date() },
    'a block': { profile: { blocked: true }, at: new Date() },
  })) {
    for (const login of [LOGIN, undefined]) {
      const what = login ? 'a login' : 'a silent renewal'
      test(`${name} ends what ${what} is writing`, async () => {
        const { user, session } = await newSession()
        const wanted = loginOf(user, {
          session: { ...session, from: session.id },
          user: { userId: user.userId, generation: undefined, login },
        })
        const [written] = await interleave(
          database.db,
          db => write(wanted, db),
          () => changeUser(read(), user.userId, change),
        )
        assert.equal(written.kind, 'written')
        assert.deepEqual(await open(user), [])
      })
    }

    test(`a login that waits for ${name} writes nothing`, async () => {
      const user = await newUser()
      const [, written] = await interleave(
        database.db,
        async db => {
          await db
            .updateTable('users')
            .set({ generation: sql<string>`gen_random_uuid()` })
            .where('user_id', '=', user.userId)
            .execute()
        },
        () => write(loginOf(user)),
      )
      assert.deepEqual(written, { kind: 'user_ended' })
      assert.deepEqual(await open(user), [])
    })
  }
})

test('an end that was set meanwhile is not taken back by a request that had read the session before', async () => {
  const { user, session } = await newSession()
  const end = Math.floor(Date.now() / 1000) + 600
  const loaded = { ...session, from: session.id }
  await write(loginOf(user, { session: { ...loaded, payload: { ...session.payload, [SESSION_END]: end } } }))
  await write(loginOf(user, { session: loaded }))
  const row = await database.db
    .selectFrom('oidc_payloads')
    .select(['payload', 'expires_at'])
    .where('model', '=', 'Session')
    .where('account_id', '=', user.userId)
    .executeTakeFirstOrThrow()
  assert.equal(row.payload[SESSION_END], end)
  assert.equal(row.expires_at?.getTime(), end * 1000)
  await write(loginOf(user, { session: { ...loaded, payload: { ...session.payload, [SESSION_END]: end - 60 } } }))
  assert.equal((await findSession(session))?.payload[SESSION_END], end - 60, 'an earlier one counts')
})

test('a cookie whose id was replaced still ends the session, once, and opens none', async () => {
  const { user, session } = await newSession()
  const moved = { ...session, from: session.id, id: `${session.id} moved` }
  await write(loginOf(user, { session: moved }))
  assert.equal(await findSession(session), undefined)
  assert.equal(await endSessionOfCookie(database.db, toTenantId('other'), session.id), undefined)
  const ended = await Promise.all(
    [session.id, moved.id, session.id].map(id => endSessionOfCookie(database.db, TENANT, id)),
  )
  assert.equal(ended.filter(found => found !== undefined).length, 1)
  assert.equal(await findSession(moved), undefined)
})

test('a cookie whose id was replaced an hour ago ends nothing', async () => {
  const { user, session } = await newSession()
  const moved = { ...session, from: session.id, id: `${session.id} moved` }
  await write(loginOf(user, { session: moved }))
  const former = await database.db
    .updateTable('oidc_payloads')
    .set({ expires_at: sql<Date>`expires_at - interval '1 hour'` })
    .where('model', '=', 'FormerSession')
    .where('id_hash', '=', hashPayloadId(session.id))
    .executeTakeFirstOrThrow()
  assert.equal(former.numUpdatedRows, 1n)
  assert.equal(await endSessionOfCookie(database.db, TENANT, session.id), undefined)
  assert.ok(await findSession(moved))
})
