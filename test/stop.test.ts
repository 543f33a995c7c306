/** Stopping stops, the way scripts of continuous integration do it: `npm start & kill $!; wait`. */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { apiClientOf, freePort, readCredentials, serverEnvironment, temporaryDirectory } from './kit/server.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** As scripts write it; what the shell prints is the exit code that `wait` tells. */
const script = (command: string, signal: string): string => `
${command} > "$DATA_DIR/output" 2>&1 &
job=$!
read go
kill -${signal} $job
wait $job
echo "ended with $?"`

interface Running {
  readonly dataDir: string
  readonly issuer: string
  readonly shell: ChildProcess
}

const until = async <T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(20)
  }
}

const output = (dataDir: string): string =>
  existsSync(join(dataDir, 'output')) ? readFileSync(join(dataDir, 'output'), 'utf8') : ''

const runScript = async (t: TestContext, command: string, signal: string): Promise<Running> => {
  const dataDir = temporaryDirectory()
  const port = await freePort()
  const variables = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    DATA_DIR: dataDir,
    PORT: String(port),
    npm_config_cache: join(dataDir, 'npm'), // npx keeps a link to the checkout there
    npm_config_offline: 'true',
  }
  const shell = spawn('sh', ['-c', script(command, signal)], {
    cwd: ROOT,
    env: serverEnvironment(variables),
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  t.after(() => {
    try {
      process.kill(-(shell.pid ?? assert.fail()), 'SIGKILL')
    } catch {
      // the whole group has ended
    }
    rmSync(dataDir, { recursive: true, force: true })
  })
  await until(() => {
    assert.equal(shell.exitCode, null, output(dataDir))
    return /^ready /m.test(output(dataDir)) || undefined
  })
  return { dataDir, issuer: `http://localhost:${port}/`, shell }
}

/** A deployed Action is checked in the sandbox, whose children stay. */
const startSandbox = async ({ dataDir, issuer }: Running): Promise<void> => {
  const api = apiClientOf(issuer, readCredentials(dataDir))
  const created = await api.call<{ readonly id: string }>('POST', 'actions/actions', {
    name: 'stays',
    supported_triggers: [{ id: 'post-login' }],
    code: 'exports.onExecutePostLogin = async () => {}',
  })
  await api.call('POST', `actions/actions/${created.id}/deploy`)
}

interface Process {
  readonly pid: number
  readonly parent: number
  /** With the number, the same process for certain. */
  readonly startedAt: string
  readonly command: string
}

const readProcess = (pid: string): readonly Process[] => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    if (fields[0] === 'Z') return [] // it has ended
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return [{ pid: Number(pid), parent: Number(fields[1]), startedAt: fields[19] ?? '', command }]
  } catch {
    return []
  }
}

const allProcesses = (): readonly Process[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(readProcess)

const below = (pid: number, all: readonly Process[]): readonly Process[] =>
  all.filter(({ parent }) => parent === pid).flatMap(found => [found, ...below(found.pid, all)])

const alive = (some: readonly Process[]): readonly string[] => {
  const now = allProcesses()
  return some
    .filter(({ pid, startedAt }) => now.some(other => other.pid === pid && other.startedAt === startedAt))
    .map(({ command }) => command)
}

/** What must be seen before a test may say that it is gone. */
const PARTS = [/ serve/, /cluster_name=/, /experiment-center-actions/]

for (const [command, code] of [
  ['npm start', 0],
  ['npx experiment-center serve', 143],
] as const) {
  test(`kill $! of "${command} &" leaves neither the server nor PostgreSQL nor a sandbox`, {
    timeout: 300_000,
  }, async t => {
    const running = await runScript(t, command, 'TERM')
    await startSandbox(running)
    const started = await until(() => {
      const found = below(running.shell.pid ?? 0, allProcesses())
      return PARTS.every(part => found.some(one => part.test(one.command))) ? found : undefined
    })
    const said = once(running.shell.stdout ?? assert.fail(), 'data')
    running.shell.stdin?.end('go\n')
    assert.equal(String((await said)[0]), `ended with ${code}\n`)
    await until(() => alive(started).length === 0 || undefined)
    assert.doesNotMatch(output(running.dataDir), /"level":[56]0/, 'it stopped in good order')
  })
}

test('npm start has ended when wait returns: the next start finds the port and the data free', {
  timeout: 300_000,
}, async t => {
  const running = await runScript(t, 'npm start', 'TERM')
  const started = below(running.shell.pid ?? 0, allProcesses())
  const said = once(running.shell.stdout ?? assert.fail(), 'data')
  running.shell.stdin?.end('go\n')
  await said
  assert.deepEqual(alive(started), [])
})

test('an npm that is killed outright takes the server along', { timeout: 300_000 }, async t => {
  for (const command of ['npm start', 'npx experiment-center serve']) {
    const running = await runScript(t, command, 'KILL')
    const started = below(running.shell.pid ?? 0, allProcesses())
    running.shell.stdin?.end('go\n')
    // The shell between npm and the server is npm's own, and waits for the server.
    await until(() => alive(started).length === 0 || undefined)
  }
})

test('a demo that is stopped halfway leaves no server', { timeout: 300_000 }, async t => {
  const running = await runScript(t, 'npm run demo', 'TERM')
  const started = below(running.shell.pid ?? 0, allProcesses())
  const said = once(running.shell.stdout ?? assert.fail(), 'data')
  running.shell.stdin?.end('go\n')
  assert.equal(String((await said)[0]), 'ended with 130\n')
  assert.deepEqual(alive(started), [])
})
