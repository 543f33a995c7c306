/** Frames on the pipe between parent and child: a JSON head, and a body that neither of them has to parse. */

/** Two lengths, of four bytes each, before every frame. */
const PREFIX = 8

export const MAX_HEAD_BYTES = 400_000
export const MAX_BODY_BYTES = 8_000_000

/** Writes one frame. */
export const toFrame = (head: object, body: string | Uint8Array = ''): Buffer => {
  const text = JSON.stringify(head)
  const headBytes = Buffer.byteLength(text)
  const bodyBytes = Buffer.byteLength(body)
  const frame = Buffer.allocUnsafe(PREFIX + headBytes + bodyBytes)
  frame.writeUInt32LE(headBytes, 0)
  frame.writeUInt32LE(bodyBytes, 4)
  frame.write(text, PREFIX)
  if (typeof body === 'string') frame.write(body, PREFIX + headBytes)
  else frame.set(body, PREFIX + headBytes)
  return frame
}

/** Takes the head of a frame, and its body as bytes that are only good during the call. */
export type TakeFrame = (head: unknown, body: Buffer) => void

/**
 * Cuts a stream of chunks into frames.
 * The other side may be hostile: a length above the limits or a head that is not JSON throws, and the caller ends it.
 */
export const createFrameReader = (take: TakeFrame): ((chunk: Buffer) => void) => {
  let held: Buffer = Buffer.alloc(0)
  return chunk => {
    let rest = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
    while (rest.length >= PREFIX) {
      const headEnd = PREFIX + rest.readUInt32LE(0)
      const end = headEnd + rest.readUInt32LE(4)
      if (headEnd - PREFIX > MAX_HEAD_BYTES || end - headEnd > MAX_BODY_BYTES) throw new RangeError('frame too long')
      if (rest.length < end) break
      take(JSON.parse(rest.toString('utf8', PREFIX, headEnd)), rest.subarray(headEnd, end))
      rest = rest.subarray(end)
    }
    held = rest
  }
}
