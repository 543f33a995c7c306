/** Reading bytes from the shapes in which authors hold them. */

export type Bytes = Uint8Array<ArrayBuffer>

/** A copy of the bytes of a buffer or a view; a TypeError for anything else. */
export const bytesOf = (value: unknown): Bytes => {
  if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0))
  if (ArrayBuffer.isView(value)) {
    const copy = new Uint8Array(value.byteLength)
    copy.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    return copy
  }
  throw new TypeError('expected an ArrayBuffer or a view of one')
}

/** One buffer of many. */
export const concatBytes = (chunks: readonly Bytes[]): Bytes => {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
