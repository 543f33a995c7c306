import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { systemRandom } from '../../base/random.ts'
import type { Action, ActionContent } from '../../model/action.ts'
import { createUuid } from '../../model/action-id.ts'
import { toTenantId } from '../../model/ids.ts'
import { type ConfigurationWrite, writeConfiguration } from '../database/configuration-write.ts'
import { insertTenant } from '../tenants/tenant-store.ts'
import { listBindings, loadBoundActions, replaceBindings } from './action-binding-store.ts'
import { recordBuild, redeployVersion } from './action-deployment-store.ts'
import { createAction, deleteAction, listActions, loadAction, updateAction } from './action-store.ts'
import { type BuildOutcome, freezeDraft, listVersions } from './action-version-store.ts'

const TRIGGER = 'post-login'
const ALL = { page: 0, perPage: 100 }
const secret = { name: 'KEY', sealed_value: 'sealed', updated_at: '2026-01-01T00:00:00.000Z' }

let database: TestDatabase
let tenants = 0

before(async () => {
  database = await createTestDatabase()
})

after(() => database?.close())

/** A tenant of its own, with one-line doors to the stores. */
const createTenant = async () => {
  const { db } = database
  const tenantId = toTenantId(`tenant-${++tenants}`)
  await insertTenant(db, { tenantId, friendlyName: '', isDefault: false, allowedLogoutUrls: [], domains: [] })
  const read = { db, tenantId }
  const write = <T>(work: (write: ConfigurationWrite) => Promise<T>) =>
    writeConfiguration({ ...read, clock: Date.now, random: systemRandom }, work)
  const create = (name: string, content: Partial<ActionContent> = {}): Promise<Action> =>
    write(w =>
      createAction(w, {
        id: createUuid(systemRandom),
        name,
        content: { triggerId: TRIGGER, code: '1', dependencies: [], runtime: 'node22', secrets: [secret], ...content },
      }),
    )
  const deploy = async (id: string, outcome: BuildOutcome = { program: 'p' }) => {
    const draft = await freezeDraft(read, id)
    return write(w => recordBuild(w, id, draft, outcome))
  }
  const bind = (...names: string[]) =>
    write(w =>
      replaceBindings(
        w,
        TRIGGER,
        names.map(value => ({ ref: { type: 'action_name', value } })),
      ),
    )
  const version = async (): Promise<number> =>
    Number(
      (
        await db
          .selectFrom('tenants')
          .select('config_version')
          .where('tenant_id', '=', tenantId)
          .executeTakeFirstOrThrow()
      ).config_version,
    )
  return { db, tenantId, read, write, create, deploy, bind, version }
}

test('a deployed Action that is bound is what the trigger runs, in order', async () => {
  const { db, tenantId, create, deploy, bind } = await createTenant()
  const [one, two] = [await create('One'), await create('Two', { secrets: [] })]
  const first = await deploy(one.id, { program: 'one' })
  const second = await deploy(two.id, { program: 'two' })
  await bind('Two', 'One')
  const bound = await loadBoundActions(db, tenantId, TRIGGER)
  assert.deepEqual(
    bound.map(({ binding_id, ...rest }) => rest),
    [
      {
        action_id: two.id,
        name: 'Two',
        version_id: second.version.id,
        version_number: 1,
        code: 'two',
        sealed_secrets: {},
      },
      {
        action_id: one.id,
        name: 'One',
        version_id: first.version.id,
        version_number: 1,
        code: 'one',
        sealed_secrets: { KEY: 'sealed' },
      },
    ],
  )
  assert.deepEqual(await loadBoundActions(db, tenantId, 'pre-user-registration'), [])
  const known = new Map([[first.version.id, 'kept']])
  assert.deepEqual(
    (await loadBoundActions(db, tenantId, TRIGGER, known)).map(({ code }) => code),
    ['two', 'kept'],
  )
})

test('an edit of the draft changes nothing of what runs, and its deployment does', async () => {
  const { db, tenantId, write, create, deploy, bind } = await createTenant()
  const action = await create('One')
  await deploy(action.id, { program: 'v1' })
  await bind('One')
  await write(w => updateAction(w, action.id, { content: { ...action, code: '2', secrets: [] } }))
  assert.equal((await loadBoundActions(db, tenantId, TRIGGER))[0]?.code, 'v1')
  await deploy(action.id, { program: 'v2' })
  const [bound] = await loadBoundActions(db, tenantId, TRIGGER)
  assert.deepEqual([bound?.code, bound?.version_number, bound?.sealed_secrets], ['v2', 2, {}])
})

test('of two builds at once the one that was started last stays deployed, whichever ends first', async () => {
  const { read, write, create } = await createTenant()
  const { id } = await create('One')
  const early = await freezeDraft(read, id)
  const late = await freezeDraft(read, id)
  await write(w => recordBuild(w, id, late, { program: 'late' }))
  await write(w => recordBuild(w, id, early, { program: 'early' }))
  assert.equal((await loadAction(read, id)).deployedVersion?.number, 2)
})

test('numbers are never given twice, also under concurrency', async () => {
  const { read, create, deploy } = await createTenant()
  const { id } = await create('One')
  await Promise.all(Array.from({ length: 8 }, () => deploy(id)))
  const { items } = await listVersions(read, id, ALL)
  assert.deepEqual(
    items.map(({ number }) => number),
    [8, 7, 6, 5, 4, 3, 2, 1],
  )
})

test('a failed build leaves the deployed version alone and marks the draft, until it is edited', async () => {
  const { read, write, create, deploy } = await createTenant()
  const { id } = await create('One')
  const good = await deploy(id)
  const errors = [{ id: 'syntax', msg: 'no' }]
  const bad = await deploy(id, { errors })
  assert.deepEqual([bad.version.status, bad.version.errors, bad.action.status], ['failed', errors, 'failed'])
  assert.equal(bad.action.deployedVersion?.id, good.version.id)
  await assert.rejects(
    write(w => redeployVersion(w, id, bad.version.id, { updateDraft: false })),
    { code: 'action_version_not_built' },
  )
  await write(async w => updateAction(w, id, { content: await loadAction(read, id) }))
  assert.equal((await loadAction(read, id)).status, 'built')
})

test('a rollback runs what ran then, under a new number, and takes the draft along only when asked', async () => {
  const { db, tenantId, read, write, create, deploy, bind } = await createTenant()
  const action = await create('One', { code: 'old' })
  const { version: old } = await deploy(action.id, { program: 'old' })
  await bind('One')
  await write(w => updateAction(w, action.id, { content: { ...action, code: 'new' } }))
  await deploy(action.id, { program: 'new' })

  const back = await write(w => redeployVersion(w, action.id, old.id, { updateDraft: false }))
  assert.deepEqual([back.version.number, back.version.code, back.action.code], [3, 'old', 'new'])
  assert.notEqual(back.action.draftRevision, back.version.draftRevision)
  assert.equal((await loadBoundActions(db, tenantId, TRIGGER))[0]?.code, 'old')

  const along = await write(w => redeployVersion(w, action.id, old.id, { updateDraft: true }))
  assert.deepEqual([along.version.number, along.action.code], [4, 'old'])
  assert.equal(along.action.draftRevision, along.version.draftRevision)
  assert.equal((await listVersions(read, action.id, ALL)).total, 4)
})

test('fifty versions are kept: the oldest goes, but never the deployed one', async () => {
  const { read, create, deploy } = await createTenant()
  const { id } = await create('One')
  await deploy(id)
  for (let count = 0; count < 51; count++) await deploy(id, { errors: [{ id: 'x', msg: 'x' }] })
  const { total, items } = await listVersions(read, id, ALL)
  assert.equal(total, 50)
  assert.deepEqual([items.at(0)?.number, items.at(-2)?.number, items.at(-1)?.number], [52, 4, 1])
})

test('the database refuses to change a version, to delete the deployed one, and to deploy one that failed', async () => {
  const { db, create, deploy } = await createTenant()
  const { id } = await create('One')
  const { version } = await deploy(id)
  await assert.rejects(
    db.updateTable('action_versions').set({ code: 'x' }).where('version_id', '=', version.id).execute(),
    /rows of action_versions do not change/,
  )
  await assert.rejects(
    db.deleteFrom('action_versions').where('version_id', '=', version.id).execute(),
    /actions_deployed_version/,
  )
  const failed = await deploy(id, { errors: [] })
  await assert.rejects(
    db.updateTable('actions').set({ deployed_version_id: failed.version.id }).where('action_id', '=', id).execute(),
    /actions_deployed_version/,
  )
})

test('the database refuses a binding to what is not deployed for the trigger, and a second place for one Action', async () => {
  const { db, tenantId, create, deploy, bind } = await createTenant()
  const [one, two] = [await create('One'), await create('Two')]
  const insert = (actionId: string, position: number, triggerId = TRIGGER) =>
    db
      .insertInto('action_bindings')
      .values({
        tenant_id: tenantId,
        binding_id: createUuid(systemRandom),
        trigger_id: triggerId,
        position,
        action_id: actionId,
        display_name: 'x',
        created_at: new Date(),
        updated_at: new Date(),
      })
      .execute()
  await assert.rejects(insert(one.id, 0), /action_bindings_deployed/)
  await deploy(one.id)
  await bind('One')
  await assert.rejects(insert(one.id, 1), /action_bindings_action/)
  await assert.rejects(insert(one.id, 0, 'pre-user-registration'), /action_bindings_deployed/)
  await deploy(two.id)
  await assert.rejects(insert(two.id, 0), /action_bindings_position/)
  await assert.rejects(insert(two.id, 20), /check constraint/)
})

test('an Action cannot be deployed for another trigger while it is bound', async () => {
  const { read, write, create, deploy, bind } = await createTenant()
  const action = await create('One')
  await deploy(action.id)
  await bind('One')
  await write(w =>
    updateAction(w, action.id, { content: { ...action, triggerId: 'post-user-registration', secrets: [] } }),
  )
  await assert.rejects(deploy(action.id), { code: 'action_bound' })
  assert.equal((await loadAction(read, action.id)).deployedVersion?.triggerId, TRIGGER)
  await bind()
  assert.equal((await deploy(action.id)).action.deployedVersion?.triggerId, 'post-user-registration')
})

test('a bound Action is deleted only together with its binding', async () => {
  const { read, write, create, deploy, bind } = await createTenant()
  const [one, two] = [await create('One'), await create('Two')]
  await deploy(one.id)
  await deploy(two.id)
  await bind('One', 'Two')
  await assert.rejects(
    write(w => deleteAction(w, one.id, { unbind: false })),
    { code: 'action_bound' },
  )
  await write(w => deleteAction(w, one.id, { unbind: true }))
  await write(w => deleteAction(w, one.id, { unbind: false }))
  const { items } = await listBindings(read, TRIGGER, ALL)
  assert.deepEqual(
    items.map(({ action }) => action.name),
    ['Two'],
  )
})

test('a binding that stays keeps its id and its date', async () => {
  const { create, deploy, bind } = await createTenant()
  for (const name of ['One', 'Two']) await deploy((await create(name)).id)
  const [before] = await bind('One')
  const after = await bind('Two', 'One')
  assert.deepEqual(after[1]?.binding, before?.binding)
})

test('names are unique in a tenant, and tenants do not see each other', async () => {
  const [here, there] = [await createTenant(), await createTenant()]
  const action = await here.create('One')
  await there.create('One')
  await assert.rejects(here.create('One'), { code: 'action_exists' })
  await assert.rejects(loadAction(there.read, action.id), { code: 'inexistent_action' })
  await assert.rejects(freezeDraft(there.read, action.id), { code: 'inexistent_action' })
  await there.write(w => deleteAction(w, action.id, { unbind: true }))
  assert.equal((await listActions(here.read, {}, ALL)).total, 1)
  await assert.rejects(there.bind('Other'), { code: 'binding_unknown_action' })
})

test('a tenant has at most a hundred Actions, also when they are created at once', async () => {
  const { read, create } = await createTenant()
  const created = await Promise.allSettled(Array.from({ length: 103 }, (_, index) => create(`Action ${index}`)))
  const refused = created.filter(({ status }) => status === 'rejected')
  assert.equal(refused.length, 3)
  assert.deepEqual(
    refused.map(outcome => outcome.status === 'rejected' && outcome.reason.code),
    Array(3).fill('action_limit_exceeded'),
  )
  assert.equal((await listActions(read, {}, { page: 4, perPage: 20 })).items.length, 20)
  assert.deepEqual(await listActions(read, {}, { page: 5, perPage: 20 }), { total: 100, items: [] })
})

test('changes of what a login runs are announced; edits of a draft and builds that fail are not', async () => {
  const { db, tenantId, write, create, deploy, bind, version } = await createTenant()
  const listener = new pg.Client({ connectionString: database.connectionString })
  await listener.connect()
  const heard: (string | undefined)[] = []
  listener.on('notification', ({ payload }) => heard.push(payload))
  await listener.query('listen config_changed')
  const silent = await version()
  const action = await create('One')
  await deploy(action.id, { errors: [{ id: 'x', msg: 'x' }] })
  await write(w => updateAction(w, action.id, { content: action }))
  assert.equal(await version(), silent)
  await deploy(action.id)
  const deployed = await version()
  assert.ok(deployed > silent)
  await bind('One')
  const bound = await version()
  assert.ok(bound > deployed)
  await write(w => updateAction(w, action.id, { name: 'Renamed' }))
  assert.ok((await version()) > bound)
  await listener.query('select 1')
  assert.ok(heard.length >= 3)
  assert.ok(heard.every(payload => payload === tenantId))
  await listener.end()
  await db.deleteFrom('tenants').where('tenant_id', '=', tenantId).execute()
  assert.deepEqual(await loadBoundActions(db, tenantId, TRIGGER), [])
})
