/** Seals addresses that an older version kept in the open: their query may hold a credential. */

import type { SecretBox } from '../../base/secret-box.ts'
import type { Db } from '../../store/database/database.ts'
import {
  listOpenAddresses,
  type OpenStreamSettings,
  replaceKeptSettings,
} from '../../store/logs/streams/log-stream-open-addresses.ts'
import { isSinkType, sinkOf } from '../sinks/index.ts'
import { keepSettings, openSettings } from './sink-settings.ts'

const PAGE = 100

const sealOne = async (db: Db, box: SecretBox, stream: OpenStreamSettings): Promise<void> => {
  const { tenantId, id, type, sink, sealedSecrets } = stream
  if (!isSinkType(type)) return
  const place = { box, tenantId, streamId: id }
  const settings = openSettings({ open: sink, sealed: sealedSecrets }, place)
  const { open, sealed } = keepSettings(sinkOf(type), settings, place)
  await replaceKeptSettings(db, stream, { sink: open, sealedSecrets: sealed })
}

/**
 * Seals them all, of every tenant. A stream whose secrets do not open stays as it is: it cannot be delivered either.
 *
 * @param onError takes why a stream stays as it is
 */
export const sealOpenAddresses = async (db: Db, box: SecretBox, onError: (error: unknown) => void): Promise<void> => {
  let after: OpenStreamSettings | undefined
  for (;;) {
    const page = await listOpenAddresses(db, { after, take: PAGE })
    for (const stream of page) await sealOne(db, box, stream).catch(onError)
    after = page.at(-1)
    if (page.length < PAGE) return
  }
}
