// A `codex` that a test tells what to do: a program of its own, which enforces the order of the protocol.
import { readFileSync } from 'node:fs'
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface CodexPlan {
  readonly mode?:
    | 'good'
    | 'signed_out'
    | 'cannot_refresh'
    | 'ends'
    | 'hangs'
    | 'garbage'
    | 'floods'
    | 'prints'
    | 'old'
    | 'dies'
    | 'mute'
  readonly method?: string
  readonly token?: string
  /** What the next refreshes bring. */
  readonly next?: readonly string[]
  /** How long an answer takes, in milliseconds. */
  readonly delay?: number
}

interface CodexEvent {
  readonly pid: number
  readonly event?: 'start' | 'end' | 'read' | 'renew'
  readonly violation?: string
}

export class CodexDouble {
  /** Where the command is; for PATH. */
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  async install(plan: CodexPlan): Promise<void> {
    await mkdir(this.folder, { recursive: true })
    await this.plan(plan)
    const file = join(this.folder, 'codex')
    await copyFile(fileURLToPath(new URL('./app-server-double.mjs', import.meta.url)), file)
    await chmod(file, 0o755)
  }

  uninstall(): Promise<void> {
    return rm(join(this.folder, 'codex'))
  }

  plan(plan: CodexPlan): Promise<void> {
    return writeFile(join(this.folder, 'plan.json'), JSON.stringify(plan))
  }

  /** Everything that happened so far. */
  get events(): readonly CodexEvent[] {
    try {
      return readFileSync(join(this.folder, 'log'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as CodexEvent)
    } catch {
      return []
    }
  }

  count(event: CodexEvent['event']): number {
    return this.events.filter((each) => each.event === event).length
  }

  get violations(): readonly string[] {
    return this.events.flatMap(({ violation }) => violation ?? [])
  }

  async tokenNow(): Promise<string> {
    return (JSON.parse(await readFile(join(this.folder, 'plan.json'), 'utf8')) as CodexPlan).token ?? ''
  }
}

/** An access token of ChatGPT as Codex has it. `life` in seconds from now; nothing checks the signature. */
export function chatGptToken(
  number: number,
  { life = 864_000, issuer = 'https://auth.openai.com', user = 'user-1' } = {},
): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    iat: Math.min(now, now + life) - 5,
    exp: now + life,
    jti: `token-${number}`,
    'https://api.openai.com/auth': { chatgpt_account_id: 'workspace-1', chatgpt_user_id: user, chatgpt_plan_type: 'plus' },
    'https://api.openai.com/profile': { email: `${user}@example.com` },
  }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.signature`
}
