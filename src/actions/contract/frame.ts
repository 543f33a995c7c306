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

/** Length of the frame at the start of the bytes; undefined while its prefix is not complete. */
const frameLength = (bytes: Buffer): number | undefined => {
  if (bytes.length < PREFIX) return undefined
  const [head, body] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)]
  if (head > MAX_HEAD_BYTES || body > MAX_BODY_BYTES) throw new RangeError('frame too long')
  return PREFIX + head + body
}

/**
 * Cuts a stream of chunks into frames. A chunk may be used again by its owner after the call.
 * The other side may be hostile: a length above the limits or a head that is not JSON throws, and the caller ends it.
 */
export const createFrameReader = (take: TakeFrame): ((chunk: Buffer) => void) => {
  let held: Buffer[] = []
  let heldBytes = 0
  let wanted = PREFIX

  const takeAll = (bytes: Buffer): Buffer => {
    let rest = bytes
    for (let length = frameLength(rest); length !== undefined && rest.length >= length; length = frameLength(rest)) {
      const headEnd = PREFIX + rest.readUInt32LE(0)
      take(JSON.parse(rest.toString('utf8', PREFIX, headEnd)), rest.subarray(headEnd, length))
      rest = rest.subarray(length)
    }
    return rest
  }

  return chunk => {
    if (heldBytes + chunk.length < wanted) {
      held.push(Buffer.from(chunk))
      heldBytes += chunk.length
      return
    }
    const rest = takeAll(held.length > 0 ? Buffer.concat([...held, chunk]) : chunk)
    held = rest.length > 0 ? [Buffer.from(rest)] : []
    heldBytes = rest.length
    wanted = frameLength(rest) ?? PREFIX
  }
}
