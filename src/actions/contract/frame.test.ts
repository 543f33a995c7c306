import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFrameReader, MAX_BODY_BYTES, toFrame } from './frame.ts'

const collect = () => {
  const frames: [unknown, string][] = []
  return { frames, read: createFrameReader((head, body) => frames.push([head, body.toString()])) }
}

test('frames come out as they went in, however they are cut into chunks', () => {
  const sent = Buffer.concat([toFrame({ a: 'é' }, 'bödy'), toFrame({ b: 2 }), toFrame([], new Uint8Array([65, 66]))])
  for (const size of [1, 3, 7, 20, sent.length]) {
    const { frames, read } = collect()
    for (let at = 0; at < sent.length; at += size) read(sent.subarray(at, at + size))
    assert.deepEqual(frames, [
      [{ a: 'é' }, 'bödy'],
      [{ b: 2 }, ''],
      [[], 'AB'],
    ])
  }
})

test('a frame that announces more than the limit ends the stream before it is held', () => {
  const frame = toFrame({})
  frame.writeUInt32LE(MAX_BODY_BYTES + 1, 4)
  assert.throws(() => collect().read(frame), RangeError)
})

test('a head that is not JSON ends the stream', () => {
  const frame = toFrame({ a: 1 })
  frame.write('x', 8)
  assert.throws(() => collect().read(frame), SyntaxError)
})
