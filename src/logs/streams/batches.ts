/** Cuts a run of items into batches that a destination takes. */

import type { BatchLimits, Item } from '../sinks/sink.ts'

/** What surrounds an item in a batch, such as a comma or a line break, with something to spare. */
const SEPARATOR_BYTES = 2

/**
 * Batches in order, each within the limits; an item that is too large by itself makes a batch of its own,
 * because whether it is too large is the destination's to say.
 */
export const toBatches = (items: readonly Item[], limits: BatchLimits): readonly (readonly Item[])[] => {
  const batches: Item[][] = []
  let bytes = 0
  for (const item of items) {
    const last = batches.at(-1)
    const size = item.bytes + SEPARATOR_BYTES
    if (last && last.length < limits.maxEvents && bytes + size <= limits.maxBytes) {
      last.push(item)
      bytes += size
    } else {
      batches.push([item])
      bytes = size
    }
  }
  return batches
}
