import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startReceiver } from '../sinks/receiver-contract.ts'
import type { SendResult } from '../sinks/sink.ts'
import { checkDelivered, createDestination, createRig, FAST, isComplete, until } from './delivery-contract.ts'
import { systemSleep } from './delivery-ports.ts'

const ACCEPTED: SendResult = { kind: 'accepted' }

test('two servers share the streams and each stream has one of them', async t => {
  const rig = await createRig(t)
  const streams = [await rig.addStream(), await rig.addStream(), await rig.addStream()]
  const written = await rig.write(120)
  const destinations = new Map(streams.map(({ id }) => [id, createDestination(() => wait(5, ACCEPTED))]))
  const holders = new Map<string, Set<number>>()
  for (const server of [1, 2]) {
    rig.deliver(createDestination(), {
      openSink: (_tenant, { id }) => {
        holders.set(id, (holders.get(id) ?? new Set()).add(server))
        return destinations.get(id) ?? assert.fail()
      },
    })
  }
  await until(() => [...destinations.values()].every(({ arrived }) => isComplete(arrived, written)), 'all streams')
  for (const { arrived } of destinations.values()) assert.deepEqual(arrived, written, 'nothing came twice')
  for (const servers of holders.values()) assert.equal(servers.size, 1)
})

test('a server that is frozen loses its stream, and what it does when it wakes moves nothing back', async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const written = await rig.write(200)
  const arrived: string[] = []
  let isFrozen = false
  let wake: () => void = () => {}
  // The first server stops in the middle of a batch and of its heartbeat, as under a debugger or a paused machine.
  const frozen = createDestination(async (call, batch) => {
    arrived.push(...batch.map(({ logId }) => logId))
    if (call === 3) {
      isFrozen = true
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
    return ACCEPTED
  })
  rig.deliver(frozen, {
    sleep: async (ms, signal) => {
      await systemSleep(ms, signal)
      while (isFrozen && !signal.aborted) await wait(10)
    },
  })
  await until(() => isFrozen, 'the freeze')
  const healthy = createDestination((_call, batch) => {
    arrived.push(...batch.map(({ logId }) => logId))
    return ACCEPTED
  })
  rig.deliver(healthy)
  await until(() => healthy.calls() > 3, 'the other server')
  isFrozen = false
  wake()
  await until(() => isComplete(arrived, written), 'all events')
  await wait(200)
  checkDelivered(arrived, written)
  assert.equal(frozen.calls(), 3, 'the server that woke up has stopped')
})

test('servers that lose and win the lease all the time lose no event and keep the order', async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const arrived: string[] = []
  const destination = createDestination(async (call, batch) => {
    arrived.push(...batch.map(({ logId }) => logId))
    await wait(call % 4)
    return call % 5 === 0 ? { kind: 'retry', reason: 'Not now.' } : ACCEPTED
  })
  for (let server = 0; server < 3; server++) rig.deliver(destination, { pace: { ...FAST, scanMs: 7 + server } })
  const written: string[] = []
  for (let round = 0; round < 20; round++) written.push(...(await rig.write(17)))
  await until(() => isComplete(arrived, written), 'all events')
  checkDelivered(arrived, written)
  assert.deepEqual(rig.complaints, [])
})

const startProcess = (t: TestContext, connectionString: string, endpoint: string) => {
  const child = spawn(
    process.execPath,
    [`${import.meta.dirname}/delivery-process-contract.ts`, connectionString, endpoint],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  t.after(kill)
  return { kill }
}

test('a server that is killed in the middle of a batch, again and again, loses no event', {
  timeout: 60_000,
}, async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const written = await rig.write(300)
  const arrived: string[] = []
  let inTransit = 0
  const receiver = await startReceiver(t, async ({ body }) => {
    arrived.push(
      ...body
        .toString()
        .split('\n')
        .map(line => JSON.parse(line).log_id),
    )
    inTransit += 1
    await wait(30)
    inTransit -= 1
    return { status: 200 }
  })
  for (let kills = 0; kills < 3; kills++) {
    const before = arrived.length
    const server = startProcess(t, rig.connectionString, receiver.origin)
    await until(() => arrived.length > before + 20 && inTransit > 0, 'a batch on its way')
    await server.kill()
  }
  const last = startProcess(t, rig.connectionString, receiver.origin)
  await until(() => isComplete(arrived, written), 'all events')
  await last.kill()
  checkDelivered(arrived, written)
})
