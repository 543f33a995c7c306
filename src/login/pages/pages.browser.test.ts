/** Every hosted page as a browser lays it out. `SCREENSHOTS=<folder>` keeps pictures of all of them. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchChromium, noChromium } from '../../../test/kit/chromium.ts'
import { pageNames, SERVICE, samplePages } from '../../../test/kit/sample-pages.ts'
import { WEBAUTHN_SCRIPT } from '../factors/webauthn-script.ts'
import { pagePolicy } from '../http/reply.ts'
import { PAGE_FILES } from './page-files.ts'
import { type PageName, renderPage } from './pages.ts'

const ERROR = 'This code is wrong, or was used before. Enter the one that you see now.'
const WIDTHS = [320, 360, 1280] as const
const SCHEMES = ['light', 'dark'] as const

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

const render = (name: PageName, error?: string): string => renderPage(name, SERVICE, samplePages(error)[name] as never) // pairs of the table

let server: Server
let chromium: Browser

const SCRIPT = { path: WEBAUTHN_SCRIPT.path, type: 'text/javascript', body: WEBAUTHN_SCRIPT.body }

before(async () => {
  if (noChromium) return
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const file = PAGE_FILES.get(url.pathname) ?? (url.pathname === SCRIPT.path ? SCRIPT : undefined)
    if (file) return void response.setHeader('Content-Type', file.type).end(file.body)
    const name = pageNames().find(known => `/${known}` === url.pathname)
    if (!name) return void response.writeHead(404).end()
    response.setHeader('Content-Security-Policy', pagePolicy('http:', 'own'))
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(render(name, url.searchParams.get('error') ?? undefined))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  chromium = await launchChromium()
})

after(async () => {
  await chromium?.close()
  server?.close()
})

const addressOf = (name: PageName, error?: string): string => {
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return `http://localhost:${address.port}/${name}${error === undefined ? '' : `?error=${encodeURIComponent(error)}`}`
}

interface View {
  readonly error?: string | undefined
  readonly scripts?: boolean
}

/** Opens a page and hands it to `look`; each complaint of the browser fails the test. */
const visit = async (name: PageName, view: View, look: (page: Page) => Promise<void>): Promise<void> => {
  const { error, scripts = true } = view
  const context = await chromium.newContext({
    viewport: { width: 360, height: 740 },
    javaScriptEnabled: scripts,
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', message => complaints.push(message.text()))
  page.on('pageerror', problem => complaints.push(String(problem)))
  await page.goto(addressOf(name, error))
  await look(page)
  assert.deepEqual(complaints, [], name)
  await context.close()
}

/** The lines of prose that begin with a character which belongs to the line before; an expression for the browser. */
const STRAY_LINES = String.raw`(() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  const stray = []
  let line
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (node.parentElement.closest('pre')) continue
    for (const { 0: character, index } of node.textContent.matchAll(/\S/gu)) {
      range.setStart(node, index)
      range.setEnd(node, index + character.length)
      const { top, bottom } = range.getClientRects()[0] ?? {}
      if (top === undefined) continue
      const begins = line === undefined || top >= line
      line = begins ? bottom - 2 : Math.max(line, bottom - 2)
      if (begins && /[.,;:!?…)\]}»”’·—–-]/.test(character)) stray.push(node.textContent.slice(Math.max(0, index - 20), index + 10))
    }
  }
  return stray
})()`

const LIMIT_BYTES = 16 * 1024

const VIOLATIONS =
  'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))'

const keepPictures = async (page: Page, name: string): Promise<void> => {
  if (!process.env.SCREENSHOTS) return
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}-${colorScheme}.png`), fullPage: true })
  }
}

for (const name of pageNames()) {
  test(`${name}: no rule of accessibility is broken, and nothing runs over, in any width and colour scheme`, {
    skip: noChromium,
  }, async () => {
    for (const error of [undefined, ERROR]) {
      await visit(name, { error }, async page => {
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 740 })
          await keepPictures(page, `${name}-${width}${error ? '-error' : ''}`)
          const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
          assert.equal(overflow, 0, `${width}: no sideways scrolling`)
          assert.deepEqual(await page.evaluate(STRAY_LINES), [], `${width}: no line begins with punctuation`)
        }
        await page.evaluate(AXE)
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme })
          assert.deepEqual(await page.evaluate(VIOLATIONS), [], colorScheme)
        }
      })
    }
  })

  test(`${name}: at most 16 kB`, () => {
    for (const error of [undefined, ERROR]) assert.ok(Buffer.byteLength(render(name, error)) <= LIMIT_BYTES, name)
  })

  test(`${name}: without scripts there is nothing that does nothing, and what is wrong has the focus`, {
    skip: noChromium,
  }, async () => {
    await visit(name, { scripts: false, error: ERROR }, async page => {
      assert.equal(await page.locator('button[type="button"]:visible').count(), 0)
      const alerts = await page.locator('[role="alert"]:visible').count()
      if (name === 'error' || name === 'logged-out' || name === 'logout' || alerts === 0) return
      const focused = page.locator(':focus')
      assert.equal(await focused.count(), 1, 'one element has the focus')
      const describedBy = (await focused.getAttribute('aria-describedby')) ?? (await focused.getAttribute('id')) ?? ''
      const first = describedBy.split(' ')[0] ?? ''
      assert.equal(await page.locator(`[role="alert"] #${first}, [role="alert"]#${first}`).count(), 1, first)
    })
  })
}

test('a password is shown and hidden, and sent as a password', { skip: noChromium }, async () => {
  for (const name of ['login', 'signup'] as const) {
    await visit(name, {}, async page => {
      const field = page.getByLabel('Password')
      await field.fill('tugboat7')
      await page.getByRole('button', { name: 'Show password' }).click()
      assert.equal(await field.getAttribute('type'), 'text')
      await page.getByRole('button', { name: 'Hide password' }).click()
      assert.equal(await field.getAttribute('type'), 'password')
      await page.getByRole('button', { name: 'Show password' }).click()
      await page.evaluate('document.querySelector("form").addEventListener("submit", event => event.preventDefault())')
      await page.getByLabel('Email address').fill('ada@example.com')
      await page.getByRole('button', { name: 'Continue' }).click()
      assert.equal(await field.getAttribute('type'), 'password')
    })
  }
})

test('a recovery code is copied and downloaded', { skip: noChromium }, async () => {
  await visit('mfa-recovery-code-enrollment', {}, async page => {
    const code = await page.locator('p.secret').textContent()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), code)
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download' }).click()
    const file = await download
    assert.equal(file.suggestedFilename(), 'recovery-code.txt')
    assert.equal(readFileSync(await file.path(), 'utf8'), code)
  })
})
