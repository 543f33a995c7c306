/** The streams of the web, and those that turn text into bytes and back. */

import {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableStream,
  TransformStream,
  WritableStream,
} from 'web-streams-polyfill'

interface TextEncoder {
  encode(text: string): Uint8Array
}

interface TextDecoder {
  decode(bytes?: unknown, options?: { readonly stream: boolean }): string
}

/** The globals of the isolate, which replace neither side's types. */
interface Encodings {
  readonly TextEncoder: new () => TextEncoder
  readonly TextDecoder: new (label?: string, options?: object) => TextDecoder
}

const encodings = () => globalThis as unknown as Encodings // made by encoding.ts

/** A half of a surrogate pair waits for the other. */
const HALF = /[\ud800-\udbff]$/

class TextEncoderStream extends TransformStream<unknown, Uint8Array> {
  readonly encoding = 'utf-8'
  constructor() {
    const encoder = new (encodings().TextEncoder)()
    let rest = ''
    super({
      transform(chunk, controller) {
        const text = rest + String(chunk)
        rest = HALF.exec(text)?.[0] ?? ''
        const whole = text.slice(0, text.length - rest.length)
        if (whole !== '') controller.enqueue(encoder.encode(whole))
      },
      flush(controller) {
        if (rest !== '') controller.enqueue(encoder.encode(rest))
      },
    })
  }
}

class TextDecoderStream extends TransformStream<unknown, string> {
  constructor(label?: string, options?: object) {
    const decoder = new (encodings().TextDecoder)(label, options)
    super({
      transform(chunk, controller) {
        const text = decoder.decode(chunk, { stream: true })
        if (text !== '') controller.enqueue(text)
      },
      flush(controller) {
        const text = decoder.decode()
        if (text !== '') controller.enqueue(text)
      },
    })
  }
}

const classes = {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableStream,
  TextDecoderStream,
  TextEncoderStream,
  TransformStream,
  WritableStream,
}

export type WebStreams = typeof classes

export const make = (): WebStreams => classes
