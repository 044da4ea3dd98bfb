import { z } from 'zod'
import type { Endpoint } from './endpoint.ts'
import { endpoints } from './endpoints.ts'
import { errorCodes } from './errors.ts'

const json = (schema: z.ZodType) => ({ 'application/json': { schema: z.toJSONSchema(schema, { io: 'output' }) } })

const errorBody = z.object({
  error: z.enum(errorCodes as [string, ...string[]]),
  error_description: z.string(),
  fix: z.string().optional(),
  retry_after: z.number().optional().describe('Seconds.'),
})

/** The OpenAPI 3.1 description of the local API, made of the endpoint table. */
export function openApiDocument() {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, endpoint] of Object.entries(endpoints)) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operation(name, endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'TokenTray token socket',
      version: '1',
      description: 'HTTP/1.1 over a unix socket or a named pipe. See PROTOCOL.md.',
    },
    servers: [{ url: 'http://localhost' }],
    paths,
  }
}

function operation(operationId: string, endpoint: Endpoint) {
  return {
    operationId,
    summary: endpoint.summary,
    parameters: [...parameters('path', endpoint.params), ...parameters('query', endpoint.query)],
    ...(endpoint.body === undefined ? {} : { requestBody: { required: true, content: json(endpoint.body) } }),
    responses: {
      200: { description: 'OK', content: content(operationId, endpoint) },
      default: { description: 'An error of the one error table.', content: json(errorBody) },
    },
  }
}

function content(operationId: string, endpoint: Endpoint) {
  if (endpoint.response === undefined) return { 'text/event-stream': {} }
  return operationId === 'token' ? { ...json(endpoint.response), 'text/plain': {} } : json(endpoint.response)
}

function parameters(where: 'path' | 'query', schema: z.ZodType | undefined) {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' }) as {
    properties?: Record<string, { description?: string }>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...type }]) => ({
    name,
    in: where,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: type,
  }))
}
