/** Opens the sink of a stream: its secrets unsealed, its tenant's directory, the server's ways out. */

import { join } from 'node:path'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantId } from '../../model/ids.ts'
import type { LogStreamRecord } from '../../store/logs/streams/log-stream-store.ts'
import { isSinkType, sinkOf } from '../sinks/index.ts'
import type { OpenSink, SinkPorts } from '../sinks/sink.ts'
import { openSettings } from './sink-settings.ts'

export interface SinkOpenerOptions extends Omit<SinkPorts, 'folder'> {
  readonly secrets: SecretBox
  /** Where `file` sinks write, each tenant in a folder of its own. */
  readonly files: {
    readonly directory: string
    /** Tells installations apart that were given one directory. */
    readonly installation: string
  }
}

/**
 * Makes the function that opens sinks. It throws when the secrets do not open or the settings cannot be read:
 * a database that was moved without its key.
 */
export const createSinkOpener =
  ({ secrets, files: { directory, installation }, ...ports }: SinkOpenerOptions) =>
  (tenantId: TenantId, { id, type, sink, sealedSecrets }: LogStreamRecord): OpenSink => {
    if (!isSinkType(type)) throw new TypeError(`no sink of type ${type}`)
    const settings = openSettings({ open: sink, sealed: sealedSecrets }, { box: secrets, tenantId, streamId: id })
    const folder = { directory: join(directory, tenantId), owner: `${installation}/${tenantId}` }
    return sinkOf(type).open(settings, { ...ports, folder })
  }
