/** The sink `sumo`: an HTTP source of a Sumo Logic hosted collector. */

import { z } from 'zod'
import { addressSetting, judgedAddress, openHttpSink } from './http-sink.ts'
import { envelope, toItem } from './item.ts'
import { defineSink } from './sink.ts'

/** Sumo Logic advises payloads of 100 KB to 1 MB before compression (HTTP source, "upload data"). */
const MAX_BYTES = 1_000_000

export const sumo = defineSink({
  type: 'sumo',
  doc: 'Sumo Logic: one envelope `{log_id, data}` per line, posted to the address of an HTTP source.',
  schema: z.strictObject({ sumoSourceAddress: addressSetting }),
  // Knowing the address is enough to write to the source: the address is the credential.
  secrets: { sumoSourceAddress: 'address' },
  limits: { maxEvents: 1000, maxBytes: MAX_BYTES },
  addresses: ({ sumoSourceAddress }, rules) => [judgedAddress('sumoSourceAddress', sumoSourceAddress, rules)],
  open: ({ sumoSourceAddress }, ports) =>
    openHttpSink(ports, {
      encode: event => toItem(event, envelope, MAX_BYTES),
      request: batch => ({
        url: sumoSourceAddress,
        headers: { 'content-type': 'application/json' },
        body: batch.map(({ text }) => text).join('\n'),
      }),
      isCompressed: true,
    }),
})
