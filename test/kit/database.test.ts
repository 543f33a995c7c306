import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestDatabase } from './database.ts'

test('two test databases do not see each other', async () => {
  const first = await createTestDatabase()
  const second = await createTestDatabase()
  try {
    await first.db.insertInto('tenants').values({ tenant_id: 'dev', friendly_name: 'Dev' }).execute()
    assert.deepEqual(await second.db.selectFrom('tenants').selectAll().execute(), [])
    assert.equal((await first.db.selectFrom('tenants').selectAll().execute()).length, 1)
  } finally {
    await first.close()
    await second.close()
  }
})
