// The examples of src/client/README.md, run as they are written, except that every account is one of the practice provider.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { signIn, withPracticeServer } from '../daemon/practice-login.ts'
import { withDaemon } from '../daemon/running-daemon.ts'
import { withInstalledLibrary } from './installed-library.ts'
import { startMockApi } from './mock-api.ts'
import { installSdks, sdkModules } from './sdk-packages.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

async function examples(language: string): Promise<string[]> {
  const text = await readFile(path('../../src/client/README.md'), 'utf8')
  const blocks = [...text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, code = '']) => code)
  return blocks.map((code) => code.replaceAll(/\.(credentials|apiKey)\('\w+'\)/g, ".$1('practice')"))
}

/** What each of them prints, in their order. */
const printed = {
  js: [
    /Hello Robin.*valid until .*20\d\d/s,
    /^Hello Robin/,
    /^Hello\n$/,
    /^Hello\n$/,
    /^unknown_account: .*Name one/,
    /^practice +active$/m,
  ],
  python: [/^Hello Robin/, /^Hello Robin/, /^unknown_account .*Name one/],
}

beforeAll(installSdks, 180_000)

test('the examples do what they say', async () => {
  const api = await startMockApi(({ url }, response) => {
    const part = { text: 'Hello' }
    const answer = url.endsWith('/messages')
      ? { type: 'message', content: [{ type: 'text', ...part }] }
      : { object: 'response', output: [{ type: 'message', content: [{ type: 'output_text', ...part }] }] }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
  await withPracticeServer({}, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.issuer }, async (daemon) => {
      await signIn(daemon)
      const env = { TOKENTRAY_SOCKET: daemon.socket, ANTHROPIC_BASE_URL: api.origin, OPENAI_BASE_URL: `${api.origin}/v1` }
      await withInstalledLibrary(async ({ folder, run }) => {
        for (const name of ['openai', '@anthropic-ai']) await symlink(join(sdkModules, name), join(folder, 'node_modules', name))
        const programs = await examples('js')
        expect(programs).toHaveLength(printed.js.length)
        for (const [i, code] of programs.entries()) expect(await run(`example-${i}.js`, code, env), code).toMatch(printed.js[i]!)
      })
      const programs = await examples('python')
      expect(programs).toHaveLength(printed.python.length)
      for (const [i, code] of programs.entries()) {
        const { stdout, missing } = await python(code, env)
        if (!missing || process.env.CI) expect(stdout, code).toMatch(printed.python[i]!)
      }
    }),
  ).finally(() => api.close())
})

/** `missing`: there is no Python on this machine, or not the package that the example is about. */
async function python(code: string, env: Readonly<Record<string, string>>): Promise<{ stdout: string; missing: boolean }> {
  const interpreter = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
  const own = { PATH: process.env.PATH, PYTHONPATH: path('../../src/client/python'), PYTHONDONTWRITEBYTECODE: '1', ...env }
  try {
    return { ...(await promisify(execFile)(interpreter, ['-c', code], { env: own })), missing: false }
  } catch (error) {
    const { code: cause, stderr = '' } = error as { code?: unknown; stderr?: string }
    if (cause !== 'ENOENT' && !/No module named 'requests'/.test(stderr)) throw error
    return { stdout: '', missing: true }
  }
}
