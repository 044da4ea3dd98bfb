// Conversations of several turns in one process, while the login is renewed: what a program remembers of a token must not outlive it.
import { expect, test } from 'vitest'
import { addKey } from '../daemon/add-key.ts'
import { tokenOf } from '../daemon/practice-login.ts'
import { type Conversation, claudeConversation } from './claude-conversation.ts'
import { CodexServer } from './codex-server.ts'
import { fingerprintOf } from './fingerprint.ts'
import { LineProgram } from './line-program.ts'
import { type Person, signInTo, withPerson } from './person.ts'
import { connect } from './settings.ts'
import { answerText } from './upstream.ts'

async function codexConversation(person: Person): Promise<Conversation> {
  const codex = new CodexServer(person)
  await codex.initialize()
  const { thread } = await codex.call('thread/start', {})
  const { id: threadId } = thread as { readonly id: string }
  return {
    turn: async () => {
      const before = codex.heard
      await codex.call('turn/start', { threadId, input: [{ type: 'text', text: 'say hi' }] })
      return JSON.stringify(await codex.told('turn/completed', before))
    },
    end: () => codex.end(),
  }
}

function piConversation(person: Person): Conversation {
  const pi = new LineProgram(person, 'pi', ['--mode', 'rpc', '--no-session', '--model', 'openai/gpt-5'])
  return {
    turn: async () => {
      const before = pi.heard
      pi.say({ type: 'prompt', message: 'say hi' })
      return JSON.stringify(await pi.next('the end', ({ type }) => type === 'agent_end', before))
    },
    end: () => pi.end(),
  }
}

test.concurrent.for([
  ['codex', codexConversation],
  ['pi', piConversation],
] as const)('%s: the next turn of a conversation takes the token that came meanwhile', ([client, start]) =>
  withPerson(async (person) => {
    const { daemon, double } = person
    await signInTo(person, 'chatgpt')
    await connect(person, client)
    const conversation = await start(person)
    try {
      const old = await tokenOf(daemon, 'chatgpt')
      expect(await conversation.turn()).toContain(answerText(old))
      const renewed = await tokenOf(daemon, 'chatgpt', `?rejected=${fingerprintOf(old)}`)
      double.refuseAccess(old)
      expect(await conversation.turn()).toContain(answerText(renewed))
    } finally {
      await conversation.end()
    }
  }),
)

test.concurrent('claude: the next turn of a conversation takes the key that was put in meanwhile', () =>
  withPerson(async (person) => {
    const { double, tokentray } = person
    const old = await addKey(person, 'anthropic', 'sk-ant-api03-')
    await connect(person, 'claude')
    const conversation = claudeConversation(person)
    try {
      expect(await conversation.turn()).toContain(answerText(old))
      double.apiKeys.delete(old)
      expect((await tokentray('logout', 'anthropic')).code).toBe(0)
      const renewed = await addKey(person, 'anthropic', 'sk-ant-api03-')
      expect(await conversation.turn()).toContain(answerText(renewed))
    } finally {
      await conversation.end()
    }
  }))

// It repeats no request, and asks for a token before each: the next question is what shows that a token may have ended.
test.concurrent('pi: the next turn of a conversation is answered although its token has ended early', () =>
  withPerson(async (person) => {
    const { daemon, double } = person
    await signInTo(person, 'chatgpt')
    await connect(person, 'pi')
    const conversation = piConversation(person)
    try {
      const old = await tokenOf(daemon, 'chatgpt')
      expect(await conversation.turn()).toContain(answerText(old))
      double.refuseAccess(old)
      const answer = await conversation.turn()
      const renewed = await tokenOf(daemon, 'chatgpt')
      expect(renewed).not.toBe(old)
      expect(answer).toContain(answerText(renewed))
    } finally {
      await conversation.end()
    }
  }))
