/** Reading bytes from the shapes in which authors hold them. */

/** A copy of the bytes of a buffer or a view; a TypeError for anything else. */
export const bytesOf = (value: unknown): Uint8Array<ArrayBuffer> => {
  if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0))
  if (ArrayBuffer.isView(value)) {
    const copy = new Uint8Array(value.byteLength)
    copy.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    return copy
  }
  throw new TypeError('expected an ArrayBuffer or a view of one')
}
