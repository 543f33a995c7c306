/** The terminal of a reader who follows a guide: one bash whose variables and functions last from block to block. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Ran {
  /** Of the first command that failed; 0 when none did. */
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface GuideShell extends AsyncDisposable {
  run(script: string): Promise<Ran>
}

/** Reads names of files and runs them here, so that what they set stays; tells the code of the first failure. */
const LOOP = `
set -E -o pipefail
trap ': "\${GUIDE_FAILED:=$?}"' ERR
while IFS= read -r guide_block; do
  unset GUIDE_FAILED
  . "$guide_block" > "$guide_block.out" 2> "$guide_block.err" < /dev/null
  printf '%s\\n' "\${GUIDE_FAILED:-0}"
done`

const PATIENCE_MS = 120_000

/** @param folder where the commands run */
export const startGuideShell = (folder: string, environment: NodeJS.ProcessEnv): GuideShell => {
  const scripts = mkdtempSync(join(tmpdir(), 'experiment-center-guide-'))
  // A group of its own: what a guide starts in the background ends with it.
  const bash = spawn('bash', ['--noprofile', '--norc', '-c', LOOP], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answers = createInterface(bash.stdout)[Symbol.asyncIterator]()
  const closed = once(bash, 'close')
  const endAll = (): void => {
    try {
      if (bash.pid !== undefined) process.kill(-bash.pid, 'SIGKILL')
    } catch {
      // no process of the group is left
    }
  }
  let count = 0
  return {
    async run(script) {
      count += 1
      const file = join(scripts, String(count))
      writeFileSync(file, script)
      const patience = setTimeout(endAll, PATIENCE_MS)
      bash.stdin.write(`${file}\n`)
      const { value, done } = await answers.next()
      clearTimeout(patience)
      const [stdout, stderr] = ['out', 'err'].map(stream => readFileSync(`${file}.${stream}`, 'utf8'))
      return { exitCode: done ? -1 : Number(value), stdout: stdout ?? '', stderr: stderr ?? '' }
    },
    async [Symbol.asyncDispose]() {
      bash.stdin.end()
      endAll()
      await closed
      rmSync(scripts, { recursive: true, force: true })
    },
  }
}
