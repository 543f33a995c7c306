import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Job, type JobOutcome, outcome } from './job.ts'
import { Pool } from './pool.ts'

test('children that cannot start are reported, and their jobs end before their time is over', {
  timeout: 20_000,
}, async () => {
  const complaints: string[] = []
  const pool = new Pool({
    texts: { child: "throw new Error('no sandbox today')", boot: '', parts: '{}' },
    relay: async () => ({ response: '{}', body: new Uint8Array() }),
    lanes: 1,
    cpuMs: 100,
    heapMegabytes: 64,
    onStartFailure: complaint => complaints.push(complaint),
  })
  const how = await new Promise<JobOutcome>(settle => {
    const job: Job = {
      id: 1,
      tenantId: 't',
      program: { id: 1, code: '' },
      text: '[]',
      deadline: performance.now() + 700,
      hasReachedOut: false,
      isRepeated: false,
      settle,
    }
    pool.run(job)
  })
  assert.deepEqual(how, outcome('lost'))
  // The job did not wait for the child to say it.
  while (complaints.length === 0) await delay(10)
  assert.match(complaints[0] ?? '', /no sandbox today/)
  await pool.close()
})
