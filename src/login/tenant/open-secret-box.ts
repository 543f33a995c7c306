/** The box in which a server keeps secrets at rest. */

import { systemRandom } from '../../base/random.ts'
import { createSecretBox, SECRET_BOX_KEY_BYTES, type SecretBox } from '../../base/secret-box.ts'
import type { Config } from '../../config/config.ts'
import type { Db } from '../../store/database/database.ts'
import { ensureInstallationSecret } from '../../store/tenants/installation-secret-store.ts'

/** Seals secrets at rest with the operator's key, or with one that the servers of the database share. */
export const openSecretBox = async ({ encryptionKey }: Pick<Config, 'encryptionKey'>, db: Db): Promise<SecretBox> => {
  if (encryptionKey) return createSecretBox(encryptionKey)
  const generate = () => Buffer.from(systemRandom(SECRET_BOX_KEY_BYTES)).toString('base64')
  return createSecretBox(Buffer.from(await ensureInstallationSecret(db, 'encryption_key', generate), 'base64'))
}
