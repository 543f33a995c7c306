/**
 * Guides that cannot go stale: the fenced blocks of a Markdown file, followed by a test as a reader would follow them.
 *
 * - `sh`: run in one bash, in order, as in one terminal. `sh exit=1`: a command of it must fail with that code.
 * - `js NAME`, `ts NAME`, `json NAME`, …: a file of that name, which the prose before the block must name, too.
 * - `text`: what the block before has printed on standard output; `…` stands for anything within a line, and a line of
 *   nothing but `…` for one line or more.
 */

import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type GuideShell, startGuideShell } from './guide-shell.ts'
import { serverEnvironment } from './server.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface GuideBlock {
  /** Counted from 1: the line of the opening fence. */
  readonly line: number
  readonly language: string
  /** What follows the language behind the fence. */
  readonly note: string
  readonly text: string
  /** The prose since the block before. */
  readonly prose: string
}

const FENCE = /^```(\S*)[ \t]*(.*)\n([\s\S]*?)^```$/gm

/** @param section a heading such as `## Quickstart`: only what stands below it, to the next of its level */
export const guideBlocks = (markdown: string, section?: string): readonly GuideBlock[] => {
  const start = section === undefined ? 0 : markdown.indexOf(`${section}\n`)
  assert.ok(start >= 0, `there is no ${section}`)
  const next = section === undefined ? -1 : markdown.indexOf(`\n${section.split(' ')[0]} `, start + 1)
  const text = markdown.slice(0, next < 0 ? undefined : next)
  let end = start
  return [...text.matchAll(FENCE)].flatMap(match => {
    if (match.index < start) return []
    const [whole, language = '', note = '', body = ''] = match
    const prose = text.slice(end, match.index)
    end = match.index + whole.length
    return [{ line: text.slice(0, match.index).split('\n').length, language, note: note.trim(), text: body, prose }]
  })
}

/** The blocks of a file of the repository. */
export const readGuide = (path: string, section?: string): readonly GuideBlock[] =>
  guideBlocks(readFileSync(join(ROOT, path), 'utf8'), section)

const escapePattern = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** True when the output is what a `text` block shows. */
export const isShown = (shown: string, output: string): boolean => {
  const lines = shown
    .trim()
    .split('\n')
    .map(line => {
      if (line.trim() === '…') return '(?:.*\\n)*?.*'
      return line
        .trimEnd()
        .split('…')
        .map(part => escapePattern(part))
        .join('.*?')
    })
  return new RegExp(`^${lines.join('\\n')}$`).test(output.replaceAll(/[ \t]+$/gm, '').trim())
}

/**
 * A folder in which a reader might stand: it looks like the repository after `npm ci`, and has its own `data`.
 *
 * @param dataDir where the server of the test keeps credentials.json
 */
export const layOutFolder = (folder: string, dataDir: string): void => {
  for (const name of readdirSync(ROOT)) {
    if (name !== 'data' && !name.startsWith('.')) symlinkSync(join(ROOT, name), join(folder, name))
  }
  symlinkSync(dataDir, join(folder, 'data'))
}

export interface Follow {
  readonly folder: string
  /** Beside PATH and HOME. */
  readonly environment?: Readonly<Record<string, string>>
  /** What a reader would type otherwise, such as an address → what the test needs in its place. */
  readonly replace?: Readonly<Record<string, string>>
  /** Text of a block → what is done instead of running it; one that the guide does not have is a mistake. */
  readonly instead?: Readonly<Record<string, () => unknown>>
  /** Text of a block → what a reader then does by hand with what it printed; likewise. */
  readonly byHand?: Readonly<Record<string, (output: string) => unknown>>
}

const replaceAll = (text: string, replace: Follow['replace'] = {}): string =>
  Object.entries(replace).reduce((sum, [from, to]) => sum.replaceAll(from, to), text)

const titleOf = ({ line, language, note, text }: GuideBlock): string =>
  `line ${line} (${[language, note].filter(Boolean).join(' ')}): ${text.split('\n')[0]}`

const EXIT_CODE = /^(?:exit=(\d+))?$/

const runBlock = async (shell: GuideShell, block: GuideBlock, script: string): Promise<string> => {
  const [isKnown, code = '0'] = EXIT_CODE.exec(block.note) ?? []
  assert.ok(isKnown !== undefined, `${titleOf(block)}: what is ${block.note}?`)
  const { exitCode, stdout, stderr } = await shell.run(script)
  assert.equal(exitCode, Number(code), `${titleOf(block)}\n${stdout}\n${stderr}`)
  return stdout
}

const writeBlock = (folder: string, block: GuideBlock, text: string): void => {
  assert.match(block.note, /^[\w./-]+$/, `${titleOf(block)}: a block that is not run is a file and has its name`)
  assert.ok(block.prose.includes(`\`${block.note}\``), `${titleOf(block)}: the prose before does not name the file`)
  const path = join(folder, block.note)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/**
 * Follows a guide from its first block to its last.
 *
 * @throws AssertionError at the first block that does not do what the guide says
 */
export const followGuide = async (blocks: readonly GuideBlock[], how: Follow): Promise<void> => {
  const { folder, environment = {}, replace, instead = {}, byHand = {} } = how
  const PATH = `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`
  const left = new Set([...Object.keys(instead), ...Object.keys(byHand)])
  await using shell = startGuideShell(folder, serverEnvironment({ PATH, ...environment }))
  let output = ''
  for (const block of blocks) {
    const text = replaceAll(block.text, replace)
    const key = block.text.trim()
    left.delete(key)
    if (instead[key]) await instead[key]()
    else if (block.language === 'sh') output = await runBlock(shell, block, text)
    else if (block.language === 'text') assert.ok(isShown(text, output), `${titleOf(block)} is not:\n${output}`)
    else writeBlock(folder, block, text)
    await byHand[key]?.(output)
  }
  assert.deepEqual([...left], [], 'the guide has no such block')
}
