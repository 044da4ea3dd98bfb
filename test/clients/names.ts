// Who asks for the name of a foreign host. Where the suite runs without a network, every such question comes to a server here, which
// knows no name and writes each down.
import { createSocket } from 'node:dgram'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'

/** Answers questions on 127.0.0.1:53 with "no such name", and adds each name to the file; answers what ends it. */
export async function answerNames(file: string): Promise<() => Promise<void>> {
  writeFileSync(file, '')
  const socket = createSocket('udp4')
  socket.on('message', (question, { port, address }) => {
    appendFileSync(file, `${nameIn(question)}\n`)
    socket.send(refusalOf(question), port, address)
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(53, '127.0.0.1', resolve)
  })
  return () => new Promise((resolve) => socket.close(() => resolve()))
}

/** The names that anything asked for so far; undefined where nobody writes them down. */
export function namesAskedFor(): readonly string[] | undefined {
  const file = process.env.TOKENTRAY_TEST_NAMES
  return file === undefined ? undefined : readFileSync(file, 'utf8').split('\n').filter(Boolean)
}

/** RFC 1035 section 4.1.2: after twelve bytes of header, labels with their length before each. */
function nameIn(question: Buffer): string {
  const labels: string[] = []
  let at = 12
  for (let length = question[at]; length !== undefined && length > 0; length = question[at]) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return labels.join('.')
}

/** RFC 1035 section 4.1.1: the question again, as a response (QR, RA) with the code for a name that does not exist (3). */
function refusalOf(question: Buffer): Buffer {
  const answer = Buffer.from(question)
  answer.writeUInt16BE(0x8183, 2)
  // An EDNS record that the question may carry goes back as it came.
  return answer
}
