/** Shows and hides a password, and copies a code. Without it these buttons are not there, and everything else works. */
;(() => {
  /** A password that is shown when the form is sent would be offered as a suggestion of a text field. */
  const startReveal = button => {
    const field = document.getElementById(button.dataset.reveal)
    const show = isShown => {
      field.type = isShown ? 'text' : 'password'
      button.firstChild.textContent = isShown ? 'Hide' : 'Show'
    }
    button.addEventListener('click', () => show(field.type === 'password'))
    field.form.addEventListener('submit', () => show(false))
    button.hidden = false
  }

  /** Browsers lend the clipboard to pages of https and of this machine only. */
  const startCopy = button => {
    if (!navigator.clipboard) return
    button.addEventListener('click', async () => {
      const done = await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent).then(
        () => true,
        () => false,
      )
      button.textContent = done ? 'Copied' : 'Not copied'
    })
    button.setAttribute('aria-live', 'polite')
    button.hidden = false
  }

  for (const button of document.querySelectorAll('[data-reveal]')) startReveal(button)
  for (const button of document.querySelectorAll('[data-copy]')) startCopy(button)
})()
