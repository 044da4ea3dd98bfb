// Servers that answer every request with the same bytes and know nothing: what a token costs when no work is done for it.
//
//   node fixed-answer.mjs net SOCKET ANSWER-FILE    the bytes of the file, straight to the connection: the limit of Node
//   node fixed-answer.mjs http SOCKET ANSWER-FILE   the same head and body through node:http: what HTTP costs in Node
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'

const [kind, socket, answerFile] = process.argv.slice(2)
const answer = fs.readFileSync(answerFile)
const server = kind === 'http' ? httpServer() : netServer()
// The backlog of the token server, so that 64 clients at once are queued the same way.
server.listen({ path: socket, backlog: 511 })

function netServer() {
  return net.createServer((connection) => {
    connection.on('data', (chunk) => {
      for (let end = chunk.indexOf('\r\n\r\n'); end >= 0; end = chunk.indexOf('\r\n\r\n', end + 4)) connection.write(answer)
      // A one-shot caller asks for the end of the connection, and every HTTP server owes it that.
      if (chunk.includes('Connection: close')) connection.end()
    })
    // A client that goes away in the middle is no reason to end.
    connection.on('error', () => connection.destroy())
  })
}

function httpServer() {
  const headEnd = answer.indexOf('\r\n\r\n')
  const body = answer.subarray(headEnd + 4)
  // Node writes these three itself.
  const written = new Set(['date', 'connection', 'keep-alive'])
  const headers = answer
    .subarray(0, headEnd)
    .toString('latin1')
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(': '))
    .filter(([name]) => !written.has(name.toLowerCase()))
    .flat()
  const server = http.createServer((_request, response) => {
    response.writeHead(200, headers).end(body)
  })
  server.keepAliveTimeout = 60_000
  return server
}
