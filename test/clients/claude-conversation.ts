import { LineProgram } from './line-program.ts'
import type { Person } from './person.ts'

/** A program that was started once and answers turn after turn, each as text that holds what the API answered. */
export interface Conversation {
  turn(): Promise<string>
  end(): Promise<void>
}

/** Claude Code, as programs run it that keep it for a conversation. */
export function claudeConversation(person: Person, more: Readonly<Record<string, string>> = {}): Conversation {
  const args = ['-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose']
  const claude = new LineProgram(person, 'claude', args, more)
  return {
    turn: async () => {
      const before = claude.heard
      claude.say({ type: 'user', message: { role: 'user', content: [{ type: 'text', text: 'say hi' }] } })
      return JSON.stringify(await claude.next('a result', ({ type }) => type === 'result', before))
    },
    end: () => claude.end(),
  }
}
