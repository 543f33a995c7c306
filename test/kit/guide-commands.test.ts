import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { followGuide, guideBlocks, isShown } from './guide-commands.ts'
import { temporaryDirectory } from './server.ts'

const fenced = (info: string, text: string): string => `\`\`\`${info}\n${text}\n\`\`\`\n`

const follow = async (markdown: string, instead: Record<string, () => unknown> = {}): Promise<string> => {
  const folder = temporaryDirectory()
  try {
    await followGuide(guideBlocks(markdown), { folder, instead, replace: { 'example.com': 'example.org' } })
    return readFileSync(join(folder, 'out.txt'), { encoding: 'utf8', flag: 'a+' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('blocks know their language, their line and the prose before them', () => {
  const blocks = guideBlocks(`# Title\n\nOne.\n\n${fenced('sh', 'a')}\nTwo.\n\n${fenced('js b.js', 'b\n\nc')}`)
  assert.deepEqual(
    blocks.map(({ language, note, line, text }) => [language, note, line, text]),
    [
      ['sh', '', 5, 'a\n'],
      ['js', 'b.js', 11, 'b\n\nc\n'],
    ],
  )
  assert.ok(blocks[1]?.prose.includes('Two.') && !blocks[1].prose.includes('One.'))
})

test('a section ends at the next heading of its level', () => {
  const markdown = `## A\n${fenced('sh', 'a')}\n### A1\n${fenced('sh', 'a1')}\n## B\n${fenced('sh', 'b')}`
  assert.deepEqual(
    guideBlocks(markdown, '## A').map(({ text }) => text.trim()),
    ['a', 'a1'],
  )
  assert.throws(() => guideBlocks(markdown, '## C'), /there is no ## C/)
})

test('variables, functions and files last from block to block, and replacements reach all of them', async () => {
  const markdown = `
${fenced('sh', 'A=one\nsay() { echo "$A $1"; }')}
The file \`in.txt\`:
${fenced('txt in.txt', 'of example.com')}
${fenced('sh', 'say "$(cat in.txt)" | tee out.txt')}
${fenced('text', 'one …org')}`
  assert.equal(await follow(markdown), 'one of example.org\n')
})

test('a command that fails ends the guide, wherever it stands in its block', async () => {
  for (const script of ['false; true', 'false | cat', 'A=$(exit 1)', 'f() { false; true; }; f', 'if', 'exit 0']) {
    await assert.rejects(follow(fenced('sh', script)), assert.AssertionError, script)
  }
})

test('a failure that the guide announces must happen', async () => {
  assert.equal(await follow(fenced('sh exit=3', 'echo seen > out.txt; (exit 3)')), 'seen\n')
  await assert.rejects(follow(fenced('sh exit=3', 'true')), assert.AssertionError)
  await assert.rejects(follow(fenced('sh skip', 'true')), /what is skip/)
})

test('a block that would not be followed is a mistake', async () => {
  await assert.rejects(follow(fenced('js', 'b')), /is a file and has its name/)
  await assert.rejects(follow(`Something.\n${fenced('js b.js', 'b')}`), /does not name the file/)
  await assert.rejects(follow(fenced('sh', 'true'), { 'npm start': () => undefined }), /has no such block/)
})

test('what a test does in place of a block is done there', async () => {
  const seen: string[] = []
  await follow(fenced('sh', 'npm start'), { 'npm start': () => seen.push('started') })
  assert.deepEqual(seen, ['started'])
})

test('what a reader does by hand follows its block, with what that has printed', async () => {
  const folder = temporaryDirectory()
  const byHand = { 'echo seen': (output: string) => assert.equal(output, 'seen\n') }
  await followGuide(guideBlocks(fenced('sh', 'echo seen')), { folder, byHand })
  await assert.rejects(followGuide([], { folder, byHand }), /has no such block/)
  rmSync(folder, { recursive: true })
})

test('output is compared whole, but for what is left out', () => {
  assert.ok(isShown('a\nb …\n…\nd\n', 'a\nb 1 2\nc\nc\nd\n'))
  assert.ok(isShown('a\n…\nd', 'a\n\nd'))
  assert.ok(!isShown('a', 'a\nb'))
  assert.ok(!isShown('b …', 'a\nb 1'))
  assert.ok(!isShown('1.5', '125'))
})
