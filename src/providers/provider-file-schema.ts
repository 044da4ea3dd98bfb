import { z } from 'zod'
import { isSafeAddress } from '../oauth/index.ts'
import { loginFlow, selectorName } from '../protocol/index.ts'

/** Parameters that the protocol itself sets (RFC 6749, 7636, 8628, OpenID Connect); a file may not say anything about them. */
const protocolParameters = new Set([
  'response_type',
  'response_mode',
  'client_id',
  'client_secret',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'code',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'grant_type',
  'refresh_token',
  'device_code',
  'token',
  'token_type_hint',
  'request',
  'request_uri',
])

/** Headers that carry the token, or that a request is broken with. */
const ownHeaders = new Set([
  'authorization',
  'cookie',
  'host',
  'content-length',
  'content-type',
  'connection',
  'transfer-encoding',
])

/** Codes and tokens are sent to these addresses, so that nobody on the way may read them. */
const url = z.string().refine(isSafeAddress, { message: 'has to be an https address (http only for this computer)' })

/** What is shown on a terminal, which control characters would steer. */
const words = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^\P{Cc}*$/u, 'has to be words without control characters')

const name = z.string().regex(selectorName, 'has to be letters, digits, dots, dashes and underscores').toLowerCase()

/** A record whose names are looked at one by one, so that an error names the right line. */
const record = (refused: (name: string) => string | undefined, value: z.ZodType<string>) =>
  z.record(z.string(), value).superRefine((members, context) => {
    for (const member of Object.keys(members)) {
      const message = refused(member)
      if (message !== undefined) context.addIssue({ code: 'custom', path: [member], message })
    }
  })

const parameters = record(
  (member) => (protocolParameters.has(member) ? 'belongs to the protocol and cannot be set here' : undefined),
  z.string().max(2048),
)

const headers = record(
  (member) => {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(member)) return 'is not the name of a header'
    return ownHeaders.has(member.toLowerCase()) ? 'cannot be set here' : undefined
  },
  z.string().regex(/^[\x20-\x7e]*$/, 'has to be printable ASCII'),
)

/** The file of a provider: `TOKENTRAY_HOME/providers/<name>.json`. Data only. */
export const providerFile = z.strictObject({
  id: name,
  name: words(60).optional(),
  aliases: z.array(name).default([]),
  issuer: url.refine((text) => !/[?#]|\/\/[^/]*@/.test(text), 'has no name, query or fragment (RFC 8414 section 2)'),
  client_id: z.string().min(1).max(512),
  scope: z.string().max(2048).default('openid profile email offline_access'),
  flows: z.array(loginFlow).min(1).default(['browser', 'paste']),
  authorization_endpoint: url.optional(),
  token_endpoint: url.optional(),
  device_authorization_endpoint: url.optional(),
  revocation_endpoint: url.optional(),
  userinfo_endpoint: url.optional(),
  jwks_uri: url.optional(),
  redirect: z
    .strictObject({
      host: z.enum(['127.0.0.1', 'localhost']).default('127.0.0.1'),
      path: z
        .string()
        .regex(/^\/[\w./~-]*$/, 'has to begin with a slash')
        .refine((path) => path !== '/cancel' && path !== '/success', 'is taken by TokenTray itself')
        .default('/callback'),
      ports: z.array(z.int().min(0).max(65_535)).min(1).max(10).default([0]),
    })
    .prefault({}),
  authorization_parameters: parameters.default({}),
  token_parameters: parameters.default({}),
  token_encoding: z.enum(['form', 'json']).default('form'),
  terminal_errors: z.array(z.string().min(1).max(100)).default([]),
  base_url: url,
  headers: headers.optional(),
  check_url: url.optional(),
  account_page: url.optional(),
  api_key: z
    .strictObject({
      prefix: z
        .string()
        .max(40)
        .regex(/^[\x21-\x7e]*$/, 'has to be printable ASCII')
        .optional(),
      header: z
        .string()
        .regex(/^[\w-]+$/, 'has to be the name of a header')
        .refine((header) => !ownHeaders.has(header.toLowerCase()), 'cannot be set here')
        .optional(),
      where: words(200).optional(),
    })
    .optional(),
})
export type ProviderFile = z.infer<typeof providerFile>
