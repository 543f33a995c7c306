/** A bound on the memory of events that wait to be written: an event that does not fit waits for room, in order. */

export interface ByteBudget {
  /** Settles when the bytes fit; something larger than the whole budget fits when nothing else is in it. */
  take(bytes: number): Promise<void>
  give(bytes: number): void
}

export const createByteBudget = (maxBytes: number): ByteBudget => {
  const waiting: { readonly bytes: number; readonly enter: () => void }[] = []
  let used = 0

  const fits = (bytes: number): boolean => used === 0 || used + bytes <= maxBytes

  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined && fits(next.bytes); next = waiting[0]) {
      waiting.shift()
      used += next.bytes
      next.enter()
    }
  }

  return {
    take: async bytes => {
      if (waiting.length === 0 && fits(bytes)) {
        used += bytes
        return
      }
      await new Promise<void>(enter => waiting.push({ bytes, enter }))
    },
    give: bytes => {
      used -= bytes
      admit()
    },
  }
}
