/** MurmurHash3 (x86, 32 bit) over UTF-8: written out because every assignment depends on each of its bits. */

const encoder = new TextEncoder()

/** A UTF-16 unit becomes at most three bytes, so a text of up to 256 units is encoded without allocating. */
const SCRATCH_UNITS = 256
const scratch = new Uint8Array(SCRATCH_UNITS * 3)
const scratchView = new DataView(scratch.buffer)

const C1 = 0xcc9e2d51 | 0
const C2 = 0x1b873593

/** The finaliser of MurmurHash3: a bijection of 32-bit integers in which each input bit reaches each output bit. */
export const fmix32 = (value: number): number => {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const scramble = (block: number): number => {
  const k = Math.imul(block, C1)
  return Math.imul((k << 15) | (k >>> 17), C2)
}

/**
 * MurmurHash3_x86_32 of the first `length` bytes of a view (Austin Appleby, SMHasher, public domain).
 *
 * @returns a signed 32-bit integer; `>>> 0` gives the unsigned form in which hashes are published. Signed, because
 *   V8 keeps it in a register or a tagged word, while an unsigned result above 2^31 may cost a heap number.
 */
export const murmur3Bytes = (bytes: DataView, length: number, seed: number): number => {
  const tail = length & ~3
  let h = seed | 0
  for (let i = 0; i < tail; i += 4) {
    h ^= scramble(bytes.getInt32(i, true))
    h = (h << 13) | (h >>> 19)
    h = (Math.imul(h, 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let i = length - 1; i >= tail; i--) rest = (rest << 8) | bytes.getUint8(i)
  if (tail < length) h ^= scramble(rest)
  return fmix32(h ^ length)
}

/**
 * MurmurHash3_x86_32 of a text in UTF-8. A lone surrogate counts as U+FFFD, as in every WHATWG encoder.
 *
 * @param seed any 32-bit integer, signed or unsigned
 * @returns a signed 32-bit integer, see {@link murmur3Bytes}
 */
export const murmur3 = (text: string, seed: number): number => {
  // The reused buffer is safe because nothing between the encoding and the last read of it can yield.
  if (text.length <= SCRATCH_UNITS) return murmur3Bytes(scratchView, encoder.encodeInto(text, scratch).written, seed)
  const bytes = encoder.encode(text)
  return murmur3Bytes(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes.length, seed)
}
