import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { signIn, tokenOf, withPracticeServer } from '../daemon/practice-login.ts'
import { withDaemon } from '../daemon/running-daemon.ts'

/** The code blocks of PROTOCOL.md in one language, asking for the practice provider. */
async function examples(language: string): Promise<string[]> {
  const text = await readFile(new URL('../../src/protocol/PROTOCOL.md', import.meta.url), 'utf8')
  const blocks = [...text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, code = '']) => code)
  return blocks.map((code) => code.replaceAll('openai-codex', 'practice'))
}

const run = promisify(execFile)
/** Go needs its frame to be a program; it is compiled only where there is a Go. */
const goProgram = (code: string) => `package main
import ("context"; "fmt"; "io"; "net"; "net/http"; "os")
func main() {
${code}
	if err != nil { panic(err) }
	body, _ := io.ReadAll(response.Body)
	fmt.Print(string(body))
}`

test('the examples of PROTOCOL.md print the token, in under ten lines each', { timeout: 60_000 }, async () => {
  await withPracticeServer({}, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.issuer }, async (daemon) => {
      await signIn(daemon)
      const token = await tokenOf(daemon)
      const env = { PATH: process.env.PATH, HOME: daemon.home, XDG_RUNTIME_DIR: daemon.home }
      await mkdir(join(daemon.home, 'tokentray'))
      await symlink(daemon.socket, join(daemon.home, 'tokentray/agent.sock'))
      const go = join(daemon.home, 'example.go')
      await writeFile(go, goProgram((await examples('go'))[0] ?? ''))
      const commands: readonly [string, string, readonly string[]][] = [
        ['sh', 'sh', ['-c', (await examples('sh'))[0] ?? '']],
        ['js', process.execPath, ['--input-type=module', '--eval', (await examples('js'))[0] ?? '']],
        ['python', 'python3', ['-c', (await examples('python'))[0] ?? '']],
        ['go', 'go', ['run', go]],
      ]
      for (const [language, command, args] of commands) {
        expect((await examples(language))[0]?.trim().split('\n').length, language).toBeLessThan(10)
        const answer = await run(command, args, { env }).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error
          return undefined
        })
        // A language that is not on this machine proves nothing here.
        if (answer !== undefined) expect(answer.stdout, language).toContain(token)
      }
    }),
  )
})
