/** MurmurHash3 (x86, 32 bit) over UTF-8: written out because every assignment depends on each of its bits. */

/** The finaliser of MurmurHash3: a bijection of 32-bit integers in which each input bit reaches each output bit. */
export const fmix32 = (value: number): number => {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const scramble = (block: number): number => {
  const k = Math.imul(block, 0xcc9e2d51)
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593)
}

const addBlock = (hash: number, block: number): number => {
  const h = hash ^ scramble(block)
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

/** The last one to three bytes, zero when there are none, and the length in bytes. */
const finish = (hash: number, rest: number, length: number): number => fmix32(hash ^ scramble(rest) ^ length)

/**
 * MurmurHash3_x86_32 of the first `length` bytes of a view (Austin Appleby, SMHasher, public domain).
 *
 * @returns a signed 32-bit integer; `>>> 0` gives the unsigned form in which hashes are published. Signed, because
 *   V8 keeps it in a register or a tagged word, while an unsigned result above 2^31 may cost a heap number.
 */
export const murmur3Bytes = (bytes: DataView, length: number, seed: number): number => {
  const tail = length & ~3
  let h = seed | 0
  for (let i = 0; i < tail; i += 4) h = addBlock(h, bytes.getInt32(i, true))
  let rest = 0
  for (let i = length - 1; i >= tail; i--) rest = (rest << 8) | bytes.getUint8(i)
  return finish(h, rest, length)
}

/**
 * Hot path: the ids of this product are short and ASCII, and up to {@link SHORT_UNITS} reading their units is faster
 * than encoding them. `undefined` for a text that is not ASCII.
 */
const murmur3Ascii = (text: string, seed: number): number | undefined => {
  const { length } = text
  const tail = length & ~3
  let units = 0
  let h = seed | 0
  for (let i = 0; i < tail; i += 4) {
    const a = text.charCodeAt(i)
    const b = text.charCodeAt(i + 1)
    const c = text.charCodeAt(i + 2)
    const d = text.charCodeAt(i + 3)
    units |= a | b | c | d
    h = addBlock(h, a | (b << 8) | (c << 16) | (d << 24))
  }
  let rest = 0
  for (let i = length - 1; i >= tail; i--) {
    const unit = text.charCodeAt(i)
    units |= unit
    rest = (rest << 8) | unit
  }
  return units > 0x7f ? undefined : finish(h, rest, length)
}

const SHORT_UNITS = 32

const encoder = new TextEncoder()

/** A unit becomes at most three bytes, so a text of up to 256 units is encoded without allocating. */
const SCRATCH_UNITS = 256
const scratch = new Uint8Array(SCRATCH_UNITS * 3)
const scratchView = new DataView(scratch.buffer)

const murmur3Encoded = (text: string, seed: number): number => {
  // The reused buffer is safe because nothing between the encoding and the last read of it can yield.
  if (text.length <= SCRATCH_UNITS) return murmur3Bytes(scratchView, encoder.encodeInto(text, scratch).written, seed)
  const bytes = encoder.encode(text)
  return murmur3Bytes(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes.length, seed)
}

/**
 * MurmurHash3_x86_32 of a text in UTF-8. A lone surrogate counts as U+FFFD, as in every WHATWG encoder.
 *
 * @param seed any 32-bit integer, signed or unsigned
 * @returns a signed 32-bit integer, see {@link murmur3Bytes}
 */
export const murmur3 = (text: string, seed: number): number => {
  const hash = text.length <= SHORT_UNITS ? murmur3Ascii(text, seed) : undefined
  return hash ?? murmur3Encoded(text, seed)
}
