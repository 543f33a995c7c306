import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogDatabase, DEV, OTHER } from '../../../test/kit/tenant-log.ts'
import { systemRandom } from '../../base/random.ts'
import { createSecretBox, UnsealError } from '../../base/secret-box.ts'
import { createId, type TenantId } from '../../model/ids.ts'
import { insertLogStream, loadLogStream } from '../../store/logs/streams/log-stream-store.ts'
import { http } from '../sinks/http.ts'
import { sealOpenAddresses } from './seal-addresses.ts'
import { keepSettings, openSettings } from './sink-settings.ts'

const box = createSecretBox(systemRandom(32))
const SETTINGS = { httpEndpoint: 'https://hooks.test/?token=hush', httpAuthorization: 'Bearer secret' }

test('addresses of an older version are sealed in every tenant, and deliver as before', async t => {
  const { db, close } = await createLogDatabase()
  t.after(close)
  /** As the version before wrote it: the address in the open, the rest sealed. */
  const insert = async (tenantId: TenantId, key = box) => {
    const id = createId('log_stream', systemRandom)
    const { httpEndpoint, ...rest } = SETTINGS
    const { sealed } = keepSettings(http, rest, { box: key, tenantId, streamId: id })
    const stream = {
      id,
      name: id,
      type: 'http',
      status: 'paused',
      isPriority: false,
      filters: [],
      piiConfig: undefined,
    } as const
    await insertLogStream(
      { db, tenantId },
      { ...stream, sink: { httpEndpoint }, sealedSecrets: sealed },
      { now: new Date() },
    )
    return { id, load: () => loadLogStream({ db, tenantId }, id), place: { box, tenantId, streamId: id } }
  }
  const mine = [await insert(DEV), await insert(DEV), await insert(OTHER)]
  const foreign = await insert(OTHER, createSecretBox(systemRandom(32)))
  const errors: unknown[] = []
  await sealOpenAddresses(db, box, error => errors.push(error))
  for (const { load, place } of mine) {
    const { sink, sealedSecrets, revision } = await load()
    assert.deepEqual([sink, revision], [{}, '1'])
    assert.deepEqual(openSettings({ open: sink, sealed: sealedSecrets }, place), SETTINGS)
  }
  assert.deepEqual((await foreign.load()).sink, { httpEndpoint: SETTINGS.httpEndpoint })
  assert.deepEqual(
    errors.map(error => error instanceof UnsealError),
    [true],
  )
})
