import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rendererFile } from '../../src/main/renderer-file.ts'

const folder = '/opt/app/renderer'

test.each([
  ['app://tokentray/index.html', 'index.html', 'text/html; charset=utf-8'],
  ['app://tokentray/assets/index-a1.js?v=1#top', 'assets/index-a1.js', 'text/javascript; charset=utf-8'],
  ['app://tokentray/assets/../index.html', 'index.html', 'text/html; charset=utf-8'],
  ['app://tokentray/assets/page%20one.css', 'assets/page one.css', 'text/css; charset=utf-8'],
])('%s is served', (url, path, contentType) => {
  expect(rendererFile(url, folder)).toEqual({ path: `${folder}/${path}`, contentType })
})

test.each([
  'app://tokentray/',
  'app://tokentray/assets/',
  'app://tokentray/secrets.json',
  'app://tokentray/../index.html.bak',
  'app://tokentray/..%2f..%2fmain/index.js',
  'app://tokentray/%2e%2e%2fmain/index.js',
  'app://tokentray/%252e%252e/main/index.js',
  'app://tokentray/..%5c..%5cmain%5cindex.js',
  'app://tokentray/index.html%00.js',
  'app://tokentray/C:/windows/index.js',
  'app://tokentray/%ff.js',
  'app://elsewhere/index.html',
  'app://tokentray:80/index.html',
  'file:///opt/app/renderer/index.html',
  'https://tokentray/index.html',
  'index.html',
])('%s is nothing', (url) => {
  expect(rendererFile(url, folder)).toBeUndefined()
})

test('no spelling leads out of the folder', () => {
  const part = fc.constantFrom('..', '.', '%2e', '%2E%2e', '%2f', '/', '\\', '%5c', '%00', 'a', 'main', 'index.js', '%', '%25')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const file = rendererFile(`app://tokentray/${parts.join('')}.js`, folder)
      if (file !== undefined) expect(file.path.startsWith(`${folder}/`)).toBe(true)
    }),
  )
})
