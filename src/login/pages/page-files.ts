/** The files that hosted pages load. Their addresses change with their content, so that browsers may keep them for good. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface PageFile {
  readonly path: string
  readonly type: string
  readonly body: Buffer
}

const load = (file: string, type: string): PageFile => {
  const body = readFileSync(join(import.meta.dirname, file))
  const fingerprint = createHash('sha256').update(body).digest('hex').slice(0, 16)
  const name = file.replace(/^.*\//, '').replace('.', `-${fingerprint}.`)
  return { path: `/u/assets/${name}`, type, body }
}

export const STYLESHEET = load('pages.css', 'text/css; charset=utf-8')
export const ICON = load('icon.svg', 'image/svg+xml')

/** Of pages with a password or a code to keep. */
export const PAGE_SCRIPT = load('scripts/pages.js', 'text/javascript; charset=utf-8')

/** By path. */
export const PAGE_FILES: ReadonlyMap<string, PageFile> = new Map(
  [STYLESHEET, ICON, PAGE_SCRIPT].map(file => [file.path, file]),
)
