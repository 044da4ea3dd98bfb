// What `npm run build` leaves in out/client, as those see it who install it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withInstalledLibrary } from './installed-library.ts'
import { withLibrary } from './library-scene.ts'

test('the package has the library and nothing else, and depends on nothing', async () => {
  await withInstalledLibrary(async ({ folder, files }) => {
    expect(files.toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'library-types.d.ts',
      'library.d.ts',
      'library.js',
      'package.json',
      'token-tray-error.d.ts',
    ])
    const { dependencies, peerDependencies, optionalDependencies } = JSON.parse(
      await readFile(join(folder, 'node_modules/tokentray/package.json'), 'utf8'),
    )
    expect([dependencies, peerDependencies, optionalDependencies]).toEqual([undefined, undefined, undefined])
  })
})

test('the package of the whole of TokenTray has the same library under the same name', async () => {
  const read = async (path: string) => JSON.parse(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'))
  const [whole, alone] = await Promise.all([read('package.json'), read('out/client/package.json')])
  const moved = (file: string) => file.replace('./', './out/client/')
  const { types, default: module } = alone.exports['./client']
  expect(whole.exports['./client']).toEqual({ types: moved(types), default: moved(module) })
  expect([alone.name, alone.version]).toEqual([whole.name, whole.version])
  expect(whole.files).toContain('out')
})

test('a plain program imports or requires it, and loads nothing but modules of Node', async () => {
  await withInstalledLibrary(({ run }) =>
    withLibrary(async ({ daemon, client }) => {
      const { accessToken } = await client.getToken('practice')
      const env = { TOKENTRAY_SOCKET: daemon.socket }
      const use = `createClient({ client: 'importer' }).getToken('practice').then(({ accessToken }) => console.log(accessToken))`
      expect(await run('use.js', `import { createClient } from 'tokentray/client'\n${use}`, env)).toBe(`${accessToken}\n`)
      expect(await run('use.cjs', `const { createClient } = require('tokentray/client')\n${use}`, env)).toBe(`${accessToken}\n`)

      await run('hooks.mjs', loadHooks)
      const watch = `import { register } from 'node:module'\nregister('./hooks.mjs', import.meta.url)`
      await run('watch.mjs', watch)
      const loading = `import { createClient } from 'tokentray/client'\n${use}.then(() => {})`
      const loaded = await run('use.js', loading, env, ['--import', './watch.mjs'])
      const urls = [...loaded.matchAll(/^loads (.*)$/gm)].map(([, url = '']) => url)
      const files = urls.filter((url) => !url.startsWith('node:')).map((url) => url.split('/').slice(-2).join('/'))
      expect(files.filter((file) => !file.endsWith('/use.js'))).toEqual(['tokentray/library.js'])
      expect(urls).toContain('node:net')
      expect(loaded).toContain(accessToken)
    }),
  )
})

/** Hooks run in a thread of their own, whose standard output is that of the program. */
const loadHooks = `import { writeSync } from 'node:fs'
export async function load(url, context, next) {
  writeSync(1, 'loads ' + url + '\\n')
  return next(url, context)
}
`

test('a program in TypeScript is checked against its types', async () => {
  await withInstalledLibrary(async ({ check }) => {
    const head = `import { type AccessToken, createClient, TokenTrayError } from 'tokentray/client'\n`
    const good = `${head}
const tokens = createClient({ client: 'typed', onSignInNeeded: (error, selector) => { const code: string = error.code + selector; return code === '' } })
const token: AccessToken = await tokens.getToken('practice', { minValid: 60, signal: AbortSignal.timeout(1000) })
const until: number | undefined = token.expiresAt
const send: typeof fetch = tokens.fetch('practice', { origins: ['https://api.example'] })
const credentials: (options?: { forceRefresh?: boolean }) => Promise<{ token: string; expiresAt: number | null }> = tokens.credentials('practice')
const key: () => Promise<string> = tokens.apiKey('practice')
for await (const { sequence, accounts } of tokens.events()) console.log(sequence, accounts[0]?.state.kind, until, send, credentials, key)
try { await key() } catch (error) { if (error instanceof TokenTrayError) console.log(error.fix?.length, error.retryAfter) }
`
    expect(await check('good.ts', good)).toBe('')
    expect(
      await check('required.cts', `import library = require('tokentray/client')\nlibrary.createClient().apiKey('practice')\n`),
    ).toBe('')
    const wrong = await check(
      'wrong.ts',
      `${head}createClient({ sockets: 1 })\nvoid createClient().getToken(7)\nnew TokenTrayError()\n`,
    )
    expect([...wrong.matchAll(/^wrong\.ts\((\d)/gm)].map(([, line]) => line)).toEqual(['2', '3', '4'])
  })
})
