import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRegistry } from '../../../../test/kit/npm-registry.ts'
import { openDirectory } from '../../../../test/kit/open-directory.ts'
import { isOwnAccount } from '../../../base/own-account.ts'
import { createProgramBuilder } from './program-builder.ts'

const folder = openDirectory('install-')
const secret = join(folder, 'credentials.json')
writeFileSync(secret, '{"secret":"only-the-server-knows"}')

/** Puts programs first on a PATH that leave a mark when they run. */
const traps = join(folder, 'traps')
const mark = join(folder, 'a-trap-was-run')
mkdirSync(traps)
const setTrap = (name: string, script: string): void => {
  writeFileSync(join(traps, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(traps, name), 0o755)
}
setTrap('git', `echo git >> ${mark}; exec /usr/bin/git "$@"`)
// As old as those that pass over options they do not know: it would fetch anything, and run what it fetches.
setTrap('npm', `echo npm >> ${mark}; [ "$1" = --version ] && echo 10.9.2`)
setTrap('sh', `echo sh >> ${mark}; exec /bin/sh "$@"`)

/** A repository whose script runs when npm prepares it. */
const repository = join(folder, 'repository')
mkdirSync(repository)
writeFileSync(
  join(repository, 'package.json'),
  JSON.stringify({ name: 'fetched', version: '1.0.0', scripts: { prepare: `echo prepare >> ${mark}` } }),
)
const git = (...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: repository })
git('init', '-q')
git('add', '.')
git('commit', '-q', '-m', 'a')

const ELSEWHERE: Readonly<Record<string, string>> = {
  repository: `git+file://${repository}`,
  'repository-by-https': 'git+https://127.0.0.1:9/other.git',
  'repository-by-ssh': 'git+ssh://git@127.0.0.1:9/other.git',
  'repository-by-short-name': 'github:someone/other',
  address: 'http://127.0.0.1:9/other.tgz',
  folder: `file:${repository}`,
  'folder-further-up': 'file:../../../../repository',
  'alias-of-such-a-package': 'npm:repository@1.0.0',
}

const link = { resolved: '../../../../repository', link: true }

const registry = await startRegistry({
  plain: { version: '1.0.0', files: { 'index.js': "module.exports = 'plain'" } },
  ...Object.fromEntries(
    Object.entries(ELSEWHERE).map(([name, other]) => [
      name,
      { version: '1.0.0', manifest: { dependencies: { other } }, files: { 'index.js': "require('other')" } },
    ]),
  ),
  'with-optional': {
    version: '1.0.0',
    manifest: { optionalDependencies: { other: `git+file://${repository}` } },
    files: { 'index.js': '' },
  },
  'with-peer': {
    version: '1.0.0',
    manifest: { peerDependencies: { other: `git+file://${repository}` } },
    files: { 'index.js': "require('other')" },
  },
  shrinkwrapped: {
    version: '1.0.0',
    manifest: { dependencies: { other: '1.0.0' }, _hasShrinkwrap: true },
    files: {
      'index.js': "const n = 'credentials'; module.exports = require('other/../' + n + '.json')",
      'npm-shrinkwrap.json': JSON.stringify({
        name: 'shrinkwrapped',
        version: '1.0.0',
        lockfileVersion: 3,
        packages: {
          '': { name: 'shrinkwrapped', version: '1.0.0', dependencies: { other: '1.0.0' } },
          'node_modules/other': link,
          '../../../../repository': { name: 'other', version: '1.0.0', hasInstallScript: true },
        },
      }),
    },
  },
})

after(() => {
  registry.close()
  rmSync(folder, { recursive: true, force: true })
})

const env: Record<string, string | undefined> = {
  ...process.env,
  PATH: `${traps}${delimiter}${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
}
const cacheDir = join(folder, 'packages')
const workDir = join(cacheDir, 'work')
const build = createProgramBuilder({ cacheDir, workDir, registry: registry.url, env })

test('the npm on the PATH is never asked: an old one passes over what it is forbidden', async () => {
  const built = await build('', [{ name: 'plain', version: '1.0.0' }])
  assert.ok('program' in built, JSON.stringify(built))
  assert.equal(existsSync(mark), false)
})

for (const name of [...Object.keys(ELSEWHERE), 'with-peer']) {
  test(`a package that wants something from elsewhere does not get it, and nothing of it runs: ${name}`, async () => {
    const built = await build('', [{ name, version: '1.0.0' }])
    assert.ok('errors' in built, 'it was built')
    assert.match(built.errors[0]?.msg ?? '', /only packages of the registry are installed/)
    assert.equal(existsSync(mark), false)
  })
}

test('what is optional is not fetched', async () => {
  const built = await build('', [{ name: 'with-optional', version: '1.0.0' }])
  assert.ok('program' in built, JSON.stringify(built))
  assert.equal(existsSync(mark), false)
})

test('a lock file inside a package leads nowhere', async () => {
  const built = await build('', [{ name: 'shrinkwrapped', version: '1.0.0' }])
  assert.ok('errors' in built, 'it was built')
  assert.doesNotMatch(JSON.stringify(built), /only-the-server-knows/)
  assert.equal(existsSync(mark), false)
  assert.deepEqual(readdirSync(repository).sort(), ['.git', 'package.json'])
})

/** Runs code in npm's place, with npm's rights; what it says of its success. */
const runAsNpm = async (code: string): Promise<string> => {
  const npm = join(folder, 'taken-over')
  mkdirSync(join(npm, 'bin'), { recursive: true })
  const said = `const say = text => console.log(JSON.stringify({ error: { code: 'ETARGET', summary: String(text) } }))`
  writeFileSync(
    join(npm, 'bin', 'npm-cli.js'),
    `${said}; (async () => { ${code} })().catch(error => say(error.code)).then(() => process.exit(1))`,
  )
  const taken = createProgramBuilder({
    cacheDir,
    workDir,
    npm,
    registry: registry.url,
    env: { ...env, MANAGEMENT_CLIENT_SECRET: 'x', npm_config_cafile: join(folder, 'authorities.pem') },
  })
  const built = await taken('', [{ name: 'plain', version: 'latest' }])
  return 'errors' in built ? (built.errors[0]?.msg ?? '') : assert.fail('it was built')
}

const REFUSED: Readonly<Record<string, string>> = {
  'read a file of the server': `say(require('fs').readFileSync(${JSON.stringify(secret)}))`,
  'look into a folder of the server': `say(require('fs').readdirSync(${JSON.stringify(folder)}))`,
  'read what was bundled for others': "say(require('fs').readdirSync('../../bundles'))",
  'write outside of its folder': "say(require('fs').writeFileSync('../escaped', ''))",
  'make a link that leads outside': `say(require('fs').symlinkSync(${JSON.stringify(secret)}, 'link'))`,
  'start a program': "say(require('child_process').execFileSync('git', ['--version']))",
  'start a thread': "say(new (require('worker_threads').Worker)('', { eval: true }))",
  'load an add-on': "process.dlopen({ exports: {} }, 'x.node')",
}

for (const [deed, code] of Object.entries(REFUSED)) {
  test(`an npm that an attacker has taken over cannot ${deed}`, async () => {
    assert.match(await runAsNpm(code), /^ERR_(ACCESS_DENIED|DLOPEN_DISABLED)$/)
  })
}

test('npm sees its own settings of the environment and no secret', async () => {
  const seen = await runAsNpm('say(Object.keys(process.env))')
  assert.match(seen, /npm_config_cafile/)
  assert.doesNotMatch(seen, /MANAGEMENT/)
})

test("npm reads the operator's configuration, and the certificates that it names", async () => {
  const authorities = join(folder, 'authorities.pem')
  writeFileSync(authorities, 'from the environment')
  const named = join(folder, 'certificates', 'ours.pem')
  mkdirSync(dirname(named))
  writeFileSync(named, 'from the file')
  writeFileSync(join(folder, '.npmrc'), '//registry.example/:certfile = "~/certificates/ours.pem"\n')
  // Where npm runs these tests, it has named its own configuration already.
  Object.assign(env, { HOME: folder, npm_config_userconfig: join(folder, '.npmrc') })
  const read = (file: string) => runAsNpm(`const fs = require('fs'); say(fs.readFileSync(${file}))`)
  const configuration = 'process.env.npm_config_userconfig'
  assert.equal(await read('process.env.npm_config_cafile'), 'from the environment')
  assert.equal(
    await read(`/certfile = (".*")/.exec(fs.readFileSync(${configuration}))[1].slice(1, -1)`),
    'from the file',
  )
  for (const original of [authorities, named, join(folder, '.npmrc')])
    assert.equal(await read(JSON.stringify(original)), 'ERR_ACCESS_DENIED', 'it has copies, which go with its folder')
})

const childrenOf = (pid: string): readonly string[] =>
  readdirSync(`/proc/${pid}/task`).flatMap(thread =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  )

const PROGRAM = /npm-cli\.js|bundle-worker|esbuild\0--service/

/** Adds what runs at this moment below a process, with its account; what ends meanwhile is left out. */
const addPrograms = (pid: string, seen: Map<string, Set<number>>): void => {
  for (const child of childrenOf(pid)) {
    try {
      const program = PROGRAM.exec(readFileSync(`/proc/${child}/cmdline`, 'utf8'))?.[0]
      const [, uid] = /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${child}/status`, 'utf8')) ?? []
      const isOfServer = program === undefined || (program.startsWith('esbuild') && pid === String(process.pid))
      if (isOfServer) continue
      seen.set(program, (seen.get(program) ?? new Set()).add(Number(uid)))
      addPrograms(child, seen)
    } catch {
      // it has just ended
    }
  }
}

/** An npm that says when its folder is ready, and ends when it may. */
const WAITING_NPM = `
  const { existsSync, mkdirSync, writeFileSync } = require('fs')
  mkdirSync('node_modules/plain', { recursive: true })
  writeFileSync('node_modules/plain/package.json', '{"name":"plain","version":"1.0.0"}')
  writeFileSync('ready', '')
  const timer = setInterval(() => existsSync('go') && clearInterval(timer), 5)`

const isReady = (place: string): boolean => existsSync(join(place, 'ready'))

test("npm, the bundler and what they start have an account that is neither the server's nor the sandbox's", {
  skip: process.geteuid?.() !== 0 && 'needs root',
}, async () => {
  const npm = join(folder, 'waiting')
  mkdirSync(join(npm, 'bin'), { recursive: true })
  writeFileSync(join(npm, 'bin', 'npm-cli.js'), WAITING_NPM)
  const places = join(folder, 'looked-at')
  const limits = { installMs: 600_000, bundleMs: 600_000 }
  let built: unknown
  const building = createProgramBuilder({ cacheDir, workDir: places, npm, env, limits })('', [
    { name: 'plain', version: 'latest' },
  ]).then(answer => {
    built = answer
  })
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      assert.equal(built, undefined, 'it is still being built')
      await sleep(5)
    }
  }
  const placesNow = (): readonly string[] =>
    (existsSync(places) ? readdirSync(places) : []).map(one => join(places, one))
  const seen = new Map<string, Set<number>>()
  const hasSeen =
    (...programs: readonly string[]) =>
    () => {
      addPrograms(String(process.pid), seen)
      return programs.every(one => seen.has(one))
    }
  await until(() => placesNow().some(isReady))
  await until(hasSeen('npm-cli.js'))
  const place = placesNow().find(isReady) ?? assert.fail('its folder is gone')
  // The bundler waits for what comes out of this file, so it is there to be looked at.
  const source = join(place, 'node_modules', 'plain', 'index.js')
  execFileSync('mkfifo', ['-m', '644', source])
  writeFileSync(join(place, 'go'), '')
  await until(hasSeen('bundle-worker', 'esbuild\0--service'))
  await writeFile(source, "module.exports = 'from the pipe'")
  await building
  assert.match(JSON.stringify(built), /from the pipe/)
  assert.deepEqual([...seen.keys()].sort(), ['bundle-worker', 'esbuild\0--service', 'npm-cli.js'])
  const numbers = new Set([...seen.values()].flatMap(one => [...one]))
  assert.equal(numbers.size, 1, 'one build has one account')
  assert.ok(
    [...numbers].every(uid => isOwnAccount('build', uid)),
    String([...numbers]),
  )
})
