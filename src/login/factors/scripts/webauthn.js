/**
 * Runs the WebAuthn ceremony of a page: lets the browser make or use a credential and sends the answer with the page's
 * form. Without it the page says what is missing, and every other way on it works.
 */
;(() => {
  const { SimpleWebAuthnBrowser: webauthn } = globalThis
  const host = document.querySelector('[data-webauthn]')
  const form = host?.closest('form')
  if (!form || !webauthn) return

  const { webauthn: ceremony, field, options } = host.dataset
  const isLogin = host.hasAttribute('data-autofill')
  const start = host.querySelector('[data-start]')
  const problem = host.querySelector('[data-problem]')

  /** Submits the form with one more field. */
  const send = (name, value) => {
    const input = document.createElement('input')
    input.type = 'hidden'
    input.name = name
    input.value = value
    form.append(input)
    form.submit()
  }

  const run = useBrowserAutofill => {
    const optionsJSON = JSON.parse(options)
    return ceremony === 'create'
      ? webauthn.startRegistration({ optionsJSON })
      : webauthn.startAuthentication({ optionsJSON, useBrowserAutofill })
  }

  /** On the login page the form with the password is still there: nothing has failed that anybody has to know. */
  const report = error => {
    if (!isLogin) return send('action', `showError::${JSON.stringify({ name: error?.name })}`)
    problem.hidden = false
    start.disabled = false
  }

  const onStart = async () => {
    start.disabled = true
    if (problem) problem.hidden = true
    try {
      send(field, JSON.stringify(await run(false)))
    } catch (error) {
      report(error)
    }
  }

  /** Offers passkeys among a field's suggestions, for as long as the page is open. */
  const offerAutofill = async () => {
    if (host.dataset.autofill !== 'on' || !(await webauthn.browserSupportsWebAuthnAutofill())) return
    try {
      send(field, JSON.stringify(await run(true)))
    } catch {
      // None was chosen, or the button was used instead.
    }
  }

  if (!webauthn.browserSupportsWebAuthn()) {
    host.querySelector('[data-unsupported]')?.removeAttribute('hidden')
    return
  }
  if (start) {
    start.hidden = false
    start.addEventListener('click', onStart)
    // What went wrong is read first.
    if (!isLogin && !document.getElementById('problem')) start.focus()
  }
  if (isLogin) offerAutofill()
})()
