import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestDatabase } from '../../../test/kit/database.ts'
import { ensureInstallationSecret } from './installation-secret-store.ts'

test('servers that start at once agree on one secret', async () => {
  const database = await createTestDatabase()
  try {
    const wishes = Array.from({ length: 10 }, (_, i) =>
      ensureInstallationSecret(database.db, 'key', () => `secret-${i}`),
    )
    const secrets = await Promise.all(wishes)
    assert.equal(new Set(secrets).size, 1)
    assert.notEqual(await ensureInstallationSecret(database.db, 'other', () => 'another'), secrets[0])
  } finally {
    await database.close()
  }
})
