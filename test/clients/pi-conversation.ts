// One pi process and the turns that a person has with it.
import type { Conversation } from './claude-conversation.ts'
import { LineProgram } from './line-program.ts'
import type { Person } from './person.ts'

export function piConversation(person: Person): Conversation {
  const pi = new LineProgram(person, 'pi', ['--mode', 'rpc', '--no-session', '--model', 'tokentray-chatgpt/gpt-5'])
  return {
    turn: async () => {
      const before = pi.heard
      pi.say({ type: 'prompt', message: 'say hi' })
      return JSON.stringify(await pi.next('the end', ({ type }) => type === 'agent_end', before))
    },
    end: () => pi.end(),
  }
}
