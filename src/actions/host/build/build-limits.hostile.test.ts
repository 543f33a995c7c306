import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startRegistry } from '../../../../test/kit/npm-registry.ts'
import { openDirectory } from '../../../../test/kit/open-directory.ts'
import { BUILD_LIMITS, type BuildLimits } from './build-limits.ts'
import { createBundleCache } from './bundle-cache.ts'
import { createProgramBuilder } from './program-builder.ts'
import { runCommand } from './run-command.ts'
import { watchFolder } from './watch-folder.ts'

const folder = openDirectory('limits-')

const many = (count: number, text: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}.txt`, text]))

const registry = await startRegistry({
  plain: { version: '1.0.0', files: { 'index.js': "module.exports = 'plain'" } },
  bomb: { version: '1.0.0', files: many(20, '0'.repeat(1_000_000)) },
  crowd: { version: '1.0.0', files: many(600, '') },
  giant: { version: '1.0.0', files: { 'index.js': '0'.repeat(3_000_000) } },
  parent: { version: '1.0.0', manifest: { dependencies: { bomb: '1.0.0' } }, files: { 'index.js': "require('bomb')" } },
})
after(() => {
  registry.close()
  rmSync(folder, { recursive: true, force: true })
})

const cacheDir = join(folder, 'packages')
const workDir = join(cacheDir, 'work')

const messageOf = async (name: string, limits: Partial<BuildLimits>, npm?: string): Promise<string> => {
  const build = createProgramBuilder({
    cacheDir,
    workDir,
    registry: registry.url,
    env: process.env,
    limits,
    ...(npm !== undefined && { npm }),
  })
  const built = await build('', [{ name, version: '1.0.0' }])
  assert.deepEqual(readdirSync(workDir), [], 'something is left on the disk')
  return 'errors' in built ? (built.errors[0]?.msg ?? '') : assert.fail('it was built')
}

test('a tarball that unpacks to more than the disk is for is refused, also one that a package brings along', async () => {
  for (const name of ['bomb', 'parent'])
    assert.match(await messageOf(name, { folderBytes: 8_000_000 }), /have more than 8 MB or 40000 files/)
})

test('as many files as a disk has no names for are refused', async () => {
  assert.match(await messageOf('crowd', { folderEntries: 500 }), /have more than 300 MB or 500 files/)
})

test('one file cannot be larger than the kernel allows', async () => {
  assert.match(await messageOf('giant', { fileBytes: 1_000_000 }), /a file of more than 1 MB/)
})

test('nothing is fetched to a disk that is nearly full', async () => {
  const before = registry.requests.length
  assert.match(await messageOf('plain', { freeBytes: Number.MAX_SAFE_INTEGER }), /disk of this server has too little/)
  assert.ok(registry.requests.length - before <= 2)
})

test('what fills a folder is ended while it runs', async () => {
  const place = join(folder, 'filling')
  mkdirSync(place)
  const limits = { ...BUILD_LIMITS, folderBytes: 1_000_000, lookMs: 10 }
  const { result, outgrown } = await watchFolder(place, limits, async signal => {
    let written = 0
    for (; !signal.aborted && written < 1_000_000_000; written += 100_000)
      await appendFile(join(place, 'file'), '0'.repeat(100_000))
    return written
  })
  assert.equal(outgrown, 'size')
  assert.ok(result < 1_000_000_000)
})

const COMMAND = {
  file: process.execPath,
  cwd: folder,
  env: {},
  timeoutMs: 30_000,
  maxOutputBytes: 1000,
  limits: { dataBytes: 800_000_000, fileBytes: 100_000 },
}

test('a command that eats memory ends itself', async () => {
  const script = 'const all = []; for (;;) all.push(Buffer.alloc(10_000_000, 1))'
  const { code, isTimeout } = await runCommand({ ...COMMAND, args: ['-e', script] })
  assert.notEqual(code, 0)
  assert.equal(isTimeout, false)
})

test('so do those that it starts', async () => {
  const script =
    "require('child_process').execFileSync('sh', ['-c', 'ulimit -d; ulimit -f; ulimit -c'], { stdio: 'inherit' })"
  const { stdout } = await runCommand({ ...COMMAND, args: ['-e', script], env: { PATH: process.env.PATH ?? '' } })
  assert.deepEqual(stdout.trim().split('\n').map(Number), [781_250, 195, 0])
})

test('a command that is told to end does, with what it has started', async () => {
  const script = "require('child_process').spawn('sleep', ['30'], { stdio: 'inherit' }); setTimeout(() => {}, 30_000)"
  const ending = AbortSignal.timeout(500)
  const started = Date.now()
  const { code } = await runCommand({
    ...COMMAND,
    args: ['-e', script],
    env: { PATH: process.env.PATH ?? '' },
    signal: ending,
  })
  assert.equal(code, undefined)
  assert.ok(Date.now() - started < 20_000)
})

test('an npm that eats memory is a problem with a reason', async () => {
  const npm = join(folder, 'hungry')
  mkdirSync(join(npm, 'bin'), { recursive: true })
  writeFileSync(join(npm, 'bin', 'npm-cli.js'), 'const all = []; for (;;) all.push(Buffer.alloc(10_000_000, 1))')
  assert.match(await messageOf('plain', { dataBytes: 800_000_000 }, npm), /more memory/)
})

test('what a killed server has left is removed, what another build is using is not', async () => {
  const [abandoned, used] = [join(workDir, 'abandoned'), join(workDir, 'used')]
  for (const place of [abandoned, used, join(cacheDir, 'npm')]) {
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'file'), '')
  }
  const longAgo = new Date(Date.now() - 2 * BUILD_LIMITS.abandonedMs)
  utimesSync(abandoned, longAgo, longAgo)
  const build = createProgramBuilder({ cacheDir, workDir, registry: registry.url, env: process.env })
  await build('', [{ name: 'plain', version: '1.0.0' }])
  assert.deepEqual(readdirSync(workDir), ['used'])
  assert.equal(existsSync(join(cacheDir, 'npm')), false)
  rmSync(used, { recursive: true })
})

test('bundles are kept up to a number and a size, those that were used last', async () => {
  const place = join(folder, 'bundles')
  const bundle = { text: '0'.repeat(1000), dependencies: [], addOns: [] }
  const age = (seconds: number): void => {
    for (const name of readdirSync(place)) {
      const at = new Date(Date.now() - seconds * 1000)
      utimesSync(join(place, name), at, at)
    }
  }
  const cache = createBundleCache(place, { bundles: 3, bundleBytes: 1_000_000 })
  for (const key of ['a', 'b', 'c']) {
    await cache.write(key, bundle)
    age(key === 'a' ? 90 : key === 'b' ? 60 : 30)
  }
  writeFileSync(join(place, 'half-written.json.x'), '')
  utimesSync(join(place, 'half-written.json.x'), 0, 0)
  assert.deepEqual(await cache.read('a'), bundle)
  await cache.write('d', bundle)
  assert.equal(readdirSync(place).length, 3)
  assert.deepEqual(await cache.read('a'), bundle)
  await createBundleCache(place, { bundles: 3, bundleBytes: 2100 }).write('e', bundle)
  assert.equal(readdirSync(place).length, 2)
  assert.deepEqual(await cache.read('e'), bundle)
})
