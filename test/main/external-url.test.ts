import { expect, test } from 'vitest'
import { mayOpenExternally } from '../../src/main/external-url.ts'

test.each([
  'https://auth.openai.com/oauth/authorize?client_id=app&state=x',
  // The one exception: the practice server.
  'http://127.0.0.1:4000/auth?state=x',
])('the browser may be sent to %s', (url) => {
  expect(mayOpenExternally(url)).toBe(true)
})

test.each([
  'http://auth.openai.com/oauth/authorize',
  'http://localhost:4000/auth',
  'http://127.0.0.1.example.com/auth',
  'http://127.0.0.1@example.com/',
  'http://person@127.0.0.1:4000/',
  'https://127.0.0.1@example.com/',
  'http://0.0.0.0:4000/',
  'http://[::1]:4000/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,hello',
  'smb://share/file',
  'ms-settings:display',
  'app://tokentray/index.html',
  '/usr/bin/true',
  '',
])('the browser is never sent to %s', (url) => {
  expect(mayOpenExternally(url)).toBe(false)
})
