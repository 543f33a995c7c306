/** Children end with their parent, however it ends. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const PARENT = `
import { createActionRunner } from ${JSON.stringify(fileURLToPath(new URL('../runner.ts', import.meta.url)))}
import { execFileSync } from 'node:child_process'
const egress = { send: async () => ({ kind: 'refused', reason: '' }), close() {} }
const runner = createActionRunner({ egress })
const code = 'exports.onExecutePostLogin = async () => { for (;;); }'
await runner.warm()
const action = { action_id: 'a', name: 'a', version_id: 'v', code, secrets: {} }
void runner.run({ tenantId: 't', trigger: 'post-login', actions: [action], event: {}, budgetMs: 20000 })
setTimeout(() => {
  const pids = execFileSync('ps', ['-o', 'pid=', '--ppid', String(process.pid)], { encoding: 'utf8' })
  console.log(pids.trim().split(/\\s+/).join(' '))
}, 300)
`

test('a parent that is killed leaves no child, not even one that loops', {
  skip: !existsSync('/proc') && 'there is no /proc',
}, async () => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await parent.stdout.take(1).toArray()
  const pids = String(line)
    .trim()
    .split(' ')
    .filter(pid => existsSync(`/proc/${pid}`))
  assert.ok(pids.length > 0)
  parent.kill('SIGKILL')
  for (let wait = 0; wait < 40 && pids.some(pid => existsSync(`/proc/${pid}`)); wait++) await delay(50)
  assert.deepEqual(
    pids.filter(pid => existsSync(`/proc/${pid}`)),
    [],
  )
})
