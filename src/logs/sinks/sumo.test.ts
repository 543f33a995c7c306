import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { startReceiver } from './receiver-contract.ts'
import { checkAnswers, checkItems, checkSettings, LOGIN, MACHINE, STRICT, toPorts } from './sink-contract.ts'
import { sumo } from './sumo.ts'

const subject = {
  sink: sumo,
  settings: { sumoSourceAddress: 'https://endpoint1.collection.sumologic.com/receiver/v1/http/abc==' },
}

test('sumo keeps the contract of sinks', async t => {
  checkSettings(subject)
  checkItems(t, subject)
  await checkAnswers(t, subject)
})

test('a batch is one line per envelope, compressed, posted to the address of the source', async t => {
  const receiver = await startReceiver(t)
  const sink = sumo.open({ sumoSourceAddress: `${receiver.origin}/receiver/v1/http/abc==` }, toPorts(t))
  const batch = [LOGIN, MACHINE]
  await sink.send(batch.map(sink.encode), new AbortController().signal)
  const [request] = receiver.requests
  assert.ok(request)
  assert.equal(request.path, '/receiver/v1/http/abc==')
  assert.equal(request.headers['content-encoding'], 'gzip')
  assert.equal(request.headers.authorization, undefined)
  assert.equal(gunzipSync(request.body).toString(), batch.map(event => JSON.stringify(event)).join('\n'))
})

test('the address is judged by the rules', () => {
  assert.deepEqual(sumo.addresses({ sumoSourceAddress: 'http://x.example' }, STRICT), [
    { field: 'sumoSourceAddress', server: 'http://x.example', refusal: 'must start with https://' },
  ])
})
