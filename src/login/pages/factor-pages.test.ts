import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FactorPageData } from './factor-page-data.ts'
import { renderPage } from './pages.ts'

const EVIL = '"><script>alert(1)</script>{{ 7 | times: 7 }}'

const person = { account: EVIL, start_over: EVIL }
const form = { ...person, action: EVIL, state: EVIL, error: EVIL }
const challenge = { ...form, other_page: EVIL, can_remember: true }
const scripted = { script: EVIL, options: EVIL }
const choices = [{ label: EVIL, hint: EVIL, page: EVIL }]

/** Every page with the worst that it can be given. */
const PAGES: FactorPageData = {
  'mfa-otp-challenge': challenge,
  'mfa-otp-enrollment-qr': { ...form, other_page: EVIL, secret: EVIL, qr_size: 41, qr_path: EVIL, otpauth: EVIL },
  'mfa-recovery-code-challenge': challenge,
  'mfa-recovery-code-enrollment': { ...form, recovery_code: EVIL, download: EVIL, script: EVIL },
  'mfa-webauthn-challenge': { ...challenge, ...scripted, factor: 'webauthn-roaming' },
  'mfa-webauthn-enrollment': { ...form, ...scripted, other_page: EVIL, factor: 'webauthn-platform' },
  'mfa-login-options': { ...person, choices },
  'mfa-begin-enroll-options': { ...person, choices },
  'passkey-enrollment': { ...form, ...scripted },
}

const NAMES = Object.keys(PAGES) as (keyof FactorPageData)[] // the keys of the table

const render = (name: keyof FactorPageData): string => renderPage(name, EVIL, PAGES[name] as never) // pairs of the table

test('all that a page is given is escaped where it stands', () => {
  for (const name of NAMES) {
    const html = render(name)
    assert.ok(!html.includes('<script>'), name)
    assert.ok(!html.includes('alert(1)</script>'), name)
    assert.ok(html.includes('&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 | times: 7 }}'), name)
  }
})

test('no page has a style or a script inside, and none shows a button that would do nothing without scripts', () => {
  for (const name of NAMES) {
    const html = render(name)
    assert.ok(!/<style|style="| on\w+="/.test(html), name)
    for (const [button] of html.matchAll(/<button[^>]*>/g)) {
      assert.ok(button.includes('type="submit"') || / hidden>$/.test(button), `${name}: ${button}`)
    }
    if (html.includes('data-webauthn')) assert.match(html, /<noscript>/, name)
  }
})

test('every field has a label, and an error is tied to it', () => {
  for (const name of NAMES) {
    const html = render(name)
    for (const [, id] of html.matchAll(/<input id="(\w+)"/g)) assert.ok(html.includes(`<label for="${id}">`), name)
    for (const [checkbox] of html.matchAll(/<input type="checkbox"[^>]*>/g)) {
      assert.ok(html.includes(`<label class="check">${checkbox}`), name)
    }
    if (html.includes('id="code"')) assert.match(html, /id="code"[^>]* aria-invalid="true" aria-describedby="problem"/)
    if ('error' in PAGES[name]) assert.match(html, /<div class="alert" id="problem"[^>]* role="alert">/, name)
  }
})

test('the fields are those that scripts rely on', () => {
  assert.match(render('mfa-otp-challenge'), /name="code".* autocomplete="one-time-code"/)
  assert.match(render('mfa-otp-challenge'), /name="rememberBrowser" value="true"/)
  assert.match(render('mfa-webauthn-challenge'), /data-field="response"/)
  assert.match(render('passkey-enrollment'), /data-field="passkey"/)
  assert.match(render('passkey-enrollment'), /name="action" value="abort-passkey-enrollment"/)
  assert.match(render('passkey-enrollment'), /name="dontShowAgain" value="on"/)
})

test('a page without alternatives shows no way to them', () => {
  const html = renderPage('mfa-otp-challenge', 'Dev', { ...challenge, other_page: undefined, can_remember: false })
  assert.ok(!html.includes('Try another way'))
  assert.ok(!html.includes('rememberBrowser'))
})

test('every page of a known person offers to start over as another person', () => {
  for (const name of NAMES) assert.match(render(name), /<a href="[^"]*">Not you\? Start over<\/a>/, name)
})
