import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { PAGE_TITLES, type PageData, renderPage, STYLESHEET } from './pages.ts'

const login: PageData['login'] = {
  action: '/u/login?state=s',
  state: 's',
  client_name: 'Shop',
  email: 'ada@example.com',
  error: undefined,
  other_page: '/u/signup?state=s',
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
      other_page: evil,
    }),
    renderPage('signup', evil, {
      ...login,
      action: evil,
      state: evil,
      client_name: evil,
      email: evil,
      error: evil,
      other_page: evil,
      field: 'email',
    }),
    renderPage('error', evil, { message: evil, code: evil }, evil),
    renderPage('logout', evil, { fields: [{ name: evil, value: evil }], account: evil }),
    renderPage('logged-out', evil, {}),
  ]
  for (const html of pages) {
    assert.ok(!html.includes('<script'))
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

test('the first empty field has the focus', () => {
  const focused = (html: string) => /<input id="(\w+)"[^>]* autofocus>/.exec(html)?.[1]
  assert.equal(focused(renderPage('login', 'Dev', { ...login, email: '' })), 'username')
  assert.equal(focused(renderPage('login', 'Dev', login)), 'password')
})

test('an error is announced and tied to the fields, and the password is never shown again', () => {
  const html = renderPage('login', 'Dev', { ...login, error: 'Wrong email or password.' })
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
