/** The child process: reads calls from the pipe, serves them in isolates, and ends itself with its parent. */

import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import type * as Addon from 'isolated-vm'
import { createFrameReader, toFrame } from '../contract/frame.ts'
import { LIMITS } from '../contract/limits.ts'
import type { FromChild, ToChild } from '../contract/messages.ts'
import { Calls } from './calls.ts'

const PIPE = 3
const WATCH_MS = 20
const CHUNK_BYTES = 65_536

/** Loads the native module by its path: the child may read no other file. */
const loadAddon = (path: string): typeof Addon => {
  const module = { exports: {} as { ivm: typeof Addon } } // what the module is known to export
  process.dlopen(module, path)
  return module.exports.ivm
}

/** Everything else could run exit handlers beside threads that are out of control. */
const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new TypeError('unreachable')
}

const read = createFrameReader((head, body) => take(head, body))
const chunk = Buffer.alloc(CHUNK_BYTES)
const pipe = new Socket({
  fd: PIPE,
  // One buffer for everything: without the events of a stream, which would cost as much as a call.
  onread: {
    buffer: chunk,
    callback: (length: number) => {
      read(chunk.subarray(0, length))
      return true
    },
  },
})

/** Writes at once while the pipe takes it. */
const writeAtOnce = (frame: Buffer): number => {
  try {
    return pipe.writableLength === 0 ? writeSync(PIPE, frame) : 0
  } catch {
    return 0
  }
}

const send = (head: FromChild, body?: string | Uint8Array): void => {
  const frame = toFrame(head, body)
  const written = writeAtOnce(frame)
  if (written < frame.length) pipe.write(frame.subarray(written))
}

/** The last words: the process ends before the pipe is written otherwise. */
const sendNow = (head: FromChild): void => {
  try {
    writeSync(PIPE, toFrame(head))
  } catch {
    // The parent finds out by the end of the pipe.
  }
}

const addon = loadAddon(process.argv[1] ?? '')
let calls: Calls | undefined

const begin = (heapMegabytes: number, cpuMs: number, bootText: string): void => {
  calls = new Calls({ addon, bootText, heapMegabytes, cpuMs, send, sendNow, die })
  calls.prepare().then(() => send({ type: 'ready' }), die)
}

const take = (head: unknown, body: Buffer): void => {
  const message = head as ToChild // the parent is trusted
  if (message.type === 'hello') begin(message.heapMegabytes, message.cpuMs, body.toString())
  else if (message.type === 'ping') send({ type: 'pong' })
  else if (message.type === 'parts') calls?.setParts(JSON.parse(body.toString()))
  else if (message.type === 'program') calls?.addProgram(message.program, body.toString())
  else if (message.type === 'run') void calls?.run(message, body.toString())
  else calls?.fetched(message, Buffer.from(body))
}

setInterval(() => {
  calls?.watchTime(performance.now())
  calls?.watchMemory(process.memoryUsage.rss(), LIMITS.softResidentBytes)
}, WATCH_MS)
pipe.resume()
pipe.on('close', die)
pipe.on('error', die)
