import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { PAGE_SCRIPT, STYLESHEET } from './page-files.ts'
import { PAGE_TITLES, type PageData, renderPage } from './pages.ts'

const login: PageData['login'] = {
  action: '/u/login?state=s',
  state: 's',
  client_name: 'Shop',
  email: 'ada@example.com',
  error: undefined,
  invalid: false,
  focus: { password: true },
  described_by: undefined,
  script: PAGE_SCRIPT.path,
  other_page: '/u/signup?state=s',
}

const signup: PageData['signup'] = {
  action: '/u/signup?state=s',
  state: 's',
  client_name: 'Shop',
  email: 'ada@example.com',
  error: undefined,
  email_problem: undefined,
  password_problem: undefined,
  focus: { password: true },
  described_by: 'hint',
  script: PAGE_SCRIPT.path,
  other_page: '/u/login?state=s',
}

test('every template is a page and every page has a template', () => {
  const files = readdirSync(join(import.meta.dirname, 'templates')).map(name => name.replace('.liquid', ''))
  assert.deepEqual(files.filter(name => name !== 'layout').sort(), Object.keys(PAGE_TITLES).sort())
})

test('what people and applications wrote is escaped wherever it stands', () => {
  const evil = '"><script>alert(1)</script>{{ 7 | times: 7 }}'
  const pages = [
    renderPage('login', evil, {
      ...login,
      action: evil,
      state: evil,
      client_name: evil,
      email: evil,
      error: evil,
      described_by: evil,
      script: evil,
      other_page: evil,
    }),
    renderPage('signup', evil, {
      ...signup,
      action: evil,
      state: evil,
      client_name: evil,
      email: evil,
      error: evil,
      email_problem: evil,
      password_problem: evil,
      described_by: evil,
      script: evil,
      other_page: evil,
    }),
    renderPage('error', evil, { message: evil, code: evil, next: { href: evil, label: evil } }, evil),
    renderPage('logout', evil, { fields: [{ name: evil, value: evil }], account: evil }),
    renderPage('logged-out', evil, { next: { href: evil, label: evil } }),
  ]
  for (const html of pages) {
    assert.ok(!html.includes('<script>'))
    assert.ok(!html.includes('"><'.concat('script')))
    assert.ok(html.includes('&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 | times: 7 }}'))
  }
})

test('the login form has the fields that scripts rely on, labelled and ready for password managers', () => {
  const html = renderPage('login', 'Dev', login)
  assert.match(html, /<form method="post" action="\/u\/login\?state=s">/)
  assert.match(html, /<input type="hidden" name="state" value="s">/)
  assert.match(html, /<label for="username">/)
  assert.match(
    html,
    /id="username" name="username" type="email"[^>]* autocomplete="username"[^>]* value="ada@example.com"/,
  )
  assert.match(html, /id="password" name="password" type="password" autocomplete="current-password" required/)
  assert.match(html, /<button type="submit" name="action" value="default">/)
  assert.match(html, /<a href="\/u\/signup\?state=s">Sign up<\/a>/)
  assert.ok(!html.includes('role="alert"'))
})

test('the browser begins where the page says', () => {
  const focused = (html: string) => [...html.matchAll(/<\w+[^>]* id="(\w+)"[^>]* autofocus[^>]*>/g)].map(([, id]) => id)
  for (const place of ['username', 'password', 'problem'] as const) {
    const html = renderPage('login', 'Dev', { ...login, error: 'Wrong.', focus: { [place]: true } })
    assert.deepEqual(focused(html), [place])
  }
  for (const place of ['email', 'password', 'problem'] as const) {
    const html = renderPage('signup', 'Dev', { ...signup, error: 'Wrong.', focus: { [place]: true } })
    assert.deepEqual(focused(html), [place])
  }
})

test('a title begins with what is wrong', () => {
  const titleOf = (html: string) => /<title>(.*)<\/title>/.exec(html)?.[1]
  assert.equal(titleOf(renderPage('login', 'Dev', login)), 'Log in · Dev')
  assert.equal(titleOf(renderPage('login', 'Dev', { ...login, error: 'Wrong.' })), 'Error: Log in · Dev')
  assert.equal(titleOf(renderPage('signup', 'Dev', signup)), 'Sign up · Dev')
  for (const name of ['error', 'email_problem', 'password_problem']) {
    assert.equal(titleOf(renderPage('signup', 'Dev', { ...signup, [name]: 'Wrong.' })), 'Error: Sign up · Dev')
  }
})

test('what is wrong with a field is tied to it', () => {
  const data = { email_problem: 'No address.', password_problem: 'Too short.', described_by: 'password-problem hint' }
  const html = renderPage('signup', 'Dev', { ...signup, ...data, focus: { email: true } })
  assert.match(html, /<p id="email-problem">No address\.<\/p>/)
  assert.match(html, /<p id="password-problem">Too short\.<\/p>/)
  assert.match(html, /id="email"[^>]* aria-invalid="true" aria-describedby="email-problem" autofocus>/)
  assert.match(html, /id="password"[^>]* aria-describedby="password-problem hint" aria-invalid="true">/)
})

test('the button that shows a password is not there without scripts', () => {
  for (const html of [renderPage('login', 'Dev', login), renderPage('signup', 'Dev', signup)]) {
    assert.match(
      html,
      /<button type="button" class="reveal" [^>]* hidden>Show<span class="unseen"> password<\/span><\/button>/,
    )
    assert.ok(html.includes(`<script src="${PAGE_SCRIPT.path}" defer></script>`))
  }
})

test('an error is announced and tied to the fields, and the password is never shown again', () => {
  const html = renderPage('login', 'Dev', {
    ...login,
    error: 'Wrong email or password.',
    invalid: true,
    described_by: 'problem',
  })
  assert.match(html, /<div class="alert" id="problem" role="alert">Wrong email or password\.<\/div>/)
  assert.match(html, /name="password"[^>]*aria-describedby="problem"/)
  assert.ok(!/name="password"[^>]*value=/.test(html))
})

test('a connection without sign-up shows no way there', () => {
  assert.ok(!renderPage('login', 'Dev', { ...login, other_page: undefined }).includes('Sign up'))
})

test('no page needs anything but the one style sheet', () => {
  const html = renderPage('login', 'Dev', login)
  assert.ok(html.includes(`href="${STYLESHEET.path}"`))
  assert.ok(!/<style|style="|<img| on\w+="/.test(html))
  assert.ok(!/url\(|@import/.test(STYLESHEET.body.toString()))
})
