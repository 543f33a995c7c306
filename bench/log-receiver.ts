/** A destination of a log stream on a thread of its own, which counts the lines that it receives. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parentPort } from 'node:worker_threads'

const NEWLINE = 0x0a

const countLines = (bytes: Buffer): number => {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1
  return count
}

const server = createServer((request, response) => {
  let lines = 1
  request.on('data', chunk => {
    lines += countLines(chunk)
  })
  request.on('end', () => {
    parentPort?.postMessage({ lines })
    response.end()
  })
}).listen(0, '127.0.0.1', () => {
  parentPort?.postMessage({ port: (server.address() as AddressInfo).port })
})
