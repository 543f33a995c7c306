/** Makes the modules of Node that an Action can require. */

import type { PartName } from '../contract/part-names.ts'
import type { NodeModuleName } from './module-tables.ts'
import type { Parts } from './part.ts'

type Globals = Readonly<Record<string, unknown>>

type Sleep = (callback: (value: unknown) => void, milliseconds: unknown, value: unknown) => void

/** What the globals of the isolate are at the moment. */
const globals = () => globalThis as unknown as Globals // the isolate's own

const pick = (...names: readonly string[]): Globals => Object.fromEntries(names.map(name => [name, globals()[name]]))

const TIMERS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate']

const promisedTimers = () => {
  const sleep = globals().setTimeout as Sleep // made by timers.ts
  return {
    setTimeout: (milliseconds?: unknown, value?: unknown) =>
      new Promise(resolve => sleep(resolve, milliseconds, value)),
    setImmediate: (value?: unknown) => new Promise(resolve => sleep(resolve, 0, value)),
  }
}

interface BufferClass {
  from(chunk: unknown): Uint8Array
  concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> & { toString(): string }
}

/** Any stream is a list of chunks that are waited for. */
const streamConsumers = () => {
  const { from, concat } = globals().Buffer as BufferClass // made by buffer.ts
  const buffer = async (stream: AsyncIterable<unknown>) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of stream) chunks.push(from(chunk))
    return concat(chunks)
  }
  const text = async (stream: AsyncIterable<unknown>) => (await buffer(stream)).toString()
  return {
    buffer,
    text,
    json: async (stream: AsyncIterable<unknown>): Promise<unknown> => JSON.parse(await text(stream)),
    arrayBuffer: async (stream: AsyncIterable<unknown>) => new Uint8Array(await buffer(stream)).buffer,
  }
}

const member = (of: unknown, name: string): unknown => Reflect.get(Object(of), name)

/** Name → function that makes what `require` returns for it. */
export const createNodeModules = (parts: Parts): Readonly<Record<NodeModuleName, () => unknown>> => {
  const part = (name: PartName) => () => parts.load(name)
  return {
    assert: part('assert'),
    'assert/strict': () => member(parts.load('assert'), 'strict'),
    buffer: () => ({
      ...(require('buffer/') as object), // the package that Buffer is of
      ...pick('Buffer', 'Blob', 'File', 'atob', 'btoa'),
    }),
    crypto: part('crypto'),
    events: part('events'),
    path: part('path'),
    'path/posix': part('path'),
    process: () => globals().process,
    punycode: part('punycode'),
    querystring: part('querystring'),
    stream: part('stream'),
    'stream/consumers': streamConsumers,
    'stream/promises': () => member(parts.load('stream'), 'promises'),
    'stream/web': part('web-streams'),
    string_decoder: part('string-decoder'),
    timers: () => pick(...TIMERS),
    'timers/promises': promisedTimers,
    url: part('url'),
    util: part('inspect'),
    'util/types': () => member(parts.load('inspect'), 'types'),
  }
}
