/** The login form: sends JSON, goes where the answer says. */
const form = document.querySelector('form')
const error = document.querySelector('.login-error')

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  error.hidden = true
  const { user, password } = Object.fromEntries(new FormData(form))
  const response = await fetch('/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user, password }) })
  const answer = await response.json()
  if (response.ok) location.assign(answer.redirectUrl)
  else {
    error.textContent = answer.message
    error.hidden = false
  }
})
