// The authorization server of the benchmark, and the person who allows the login. `run.mjs` bundles and starts it.
//
// It prints its origin first. For every authorization URL on standard input it then prints the URL that the login ends on.
import { createInterface } from 'node:readline'
import { approveAuthorization, startPracticeServer } from '../../src/practice/index.ts'

// 12,000 bits make an access token of 2,000 bytes, which is the size of the ones that people have. An hour is longer than the
// benchmark takes, so that no refresh falls into it: what is measured is the token that is held already.
const server = await startPracticeServer({ port: 0, accessTokenBits: 12_000, accessTokenLifetime: 3_600 })
console.log(new URL(server.issuer).origin)
for await (const url of createInterface({ input: process.stdin })) console.log(await approveAuthorization(url))
await server.close()
