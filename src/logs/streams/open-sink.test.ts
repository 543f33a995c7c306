import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { systemRandom } from '../../base/random.ts'
import { createSecretBox } from '../../base/secret-box.ts'
import { type TenantId, toTenantId } from '../../model/ids.ts'
import type { LogStreamRecord } from '../../store/logs/streams/log-stream-store.ts'
import { file } from '../sinks/file.ts'
import { LOGIN, toPorts } from '../sinks/sink-contract.ts'
import { createSinkOpener } from './open-sink.ts'
import { keepSettings } from './sink-settings.ts'

const secrets = createSecretBox(systemRandom(32))
const [ONE, TWO] = ['one', 'two'].map(toTenantId) as [TenantId, TenantId] // there are two

/** What becomes of an event of a `file` stream. */
const sendOf = async (t: TestContext, directory: string, installation: string, tenantId: TenantId) => {
  const { sealed, open } = keepSettings(file, { fileName: 'auth.log' }, { box: secrets, tenantId, streamId: 'lst_1' })
  const stream: LogStreamRecord = {
    id: 'lst_1',
    name: 'file',
    type: 'file',
    status: 'active',
    isPriority: false,
    filters: [],
    piiConfig: undefined,
    sink: open,
    sealedSecrets: sealed,
    revision: '1',
  }
  const { folder: _, ...ports } = toPorts(t)
  const sink = createSinkOpener({ ...ports, secrets, files: { directory, installation } })(tenantId, stream)
  t.after(() => sink.close())
  return sink.send([sink.encode(LOGIN)], new AbortController().signal)
}

test('tenants have folders of their own, and installations that share a directory do not share a folder', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'log-streams-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  assert.deepEqual(await sendOf(t, directory, 'first', ONE), { kind: 'accepted' })
  assert.equal((await sendOf(t, directory, 'second', ONE)).kind, 'rejected')
  await symlink(join(directory, 'one'), join(directory, 'two'))
  assert.equal((await sendOf(t, directory, 'first', TWO)).kind, 'rejected')
  await rm(join(directory, 'two'))
  assert.deepEqual(await sendOf(t, directory, 'first', TWO), { kind: 'accepted' })
  for (const tenant of ['one', 'two']) {
    assert.equal(await readFile(join(directory, tenant, '.owner'), 'utf8'), `first/${tenant}\n`)
    assert.equal((await readFile(join(directory, tenant, 'auth.log'), 'utf8')).trim().split('\n').length, 1)
  }
})
