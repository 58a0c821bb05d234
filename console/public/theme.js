// Sets the colour scheme before the first paint. A file of its own because the content security policy forbids inline scripts.
(function () {
  var stored = null
  try {
    stored = localStorage.getItem('tideline-color-scheme')
  } catch {
    // Storage can be blocked; the system preference is a fine answer then.
  }
  var scheme = stored === 'light' || stored === 'dark' ? stored : matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme)
})()
