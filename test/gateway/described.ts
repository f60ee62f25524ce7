/**
 * What a gateway says of itself, held against what it does: every answer and every frame that the tests of
 * the gateway get is checked against openapi.json and asyncapi.json of that gateway.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string,
    { schema: object }>> }>>
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

interface AsyncApi {
  readonly components: { readonly messages: Readonly<Record<string, { readonly payload: object }>> }
}

/** The two descriptions of a gateway. */
export class Description {
  readonly #http: OpenApi
  readonly #frames: AsyncApi
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false })
  readonly #compiled = new Map<object, ValidateFunction>()

  constructor(http: OpenApi, frames: AsyncApi) {
    this.#http = http
    this.#frames = frames
  }

  /** Throws when an answer is not as described. A path or a method that is not described must be refused. */
  checkAnswer(method: string, path: string, status: number, body: unknown): void {
    const operation = this.#operationOf(method.toLowerCase(), path.split('?')[0] ?? '')
    const name = `${method} ${path} ${status}`
    if (operation === undefined) {
      if (status < 400) throw new Error(`${name} is answered and not described`)
      return
    }
    const { responses } = operation
    const response = responses[status] ?? (status < 300 ? responses['2XX'] : responses.default)
    const schema = response?.content?.['application/json']?.schema
    const isRefusal = status === 503 && typeof body === 'object' && body !== null && 'error' in body
    const asked = isRefusal ? responses.default?.content?.['application/json']?.schema : schema
    if (asked !== undefined) this.#check(asked, body, name)
  }

  /** Throws when a frame of the gateway is not as described. */
  checkFrame(frame: { readonly type: string }): void {
    const message = this.#frames.components.messages[frame.type]
    if (message === undefined) throw new Error(`a frame ${frame.type} is not described`)
    this.#check(message.payload, frame, `frame ${frame.type}`)
  }

  #operationOf(method: string, path: string): Operation | undefined {
    const parts = path.split('/')
    const [, found] = Object.entries(this.#http.paths).find(([template]) => {
      const names = template.split('/')
      return names.length === parts.length && names.every((name, i) => name.startsWith('{')
        || name === parts[i])
    }) ?? []
    return found?.[method]
  }

  #check(schema: object, value: unknown, name: string): void {
    const resolved = '$ref' in schema
      ? this.#http.components.schemas[String(schema.$ref).split('/').at(-1) ?? ''] ?? schema : schema
    let validate = this.#compiled.get(resolved)
    if (validate === undefined) this.#compiled.set(resolved, validate = this.#ajv.compile(resolved))
    if (validate(value)) return
    throw new Error(`${name} is not as described: ${this.#ajv.errorsText(validate.errors)}\n${
      JSON.stringify(value).slice(0, 500)}`)
  }
}

const known = new Map<string, Promise<Description | null>>()

/** The description of the gateway at this address; null when it gives none just now. */
export function descriptionOf(url: string): Promise<Description | null> {
  let found = known.get(url)
  if (found === undefined) known.set(url, found = read(url).catch(() => null)) // it is down: its test says so
  return found
}

async function read(url: string): Promise<Description | null> {
  const [http, frames] = await Promise.all(['openapi', 'asyncapi'].map(async name => {
    const answer = await fetch(`${url}/${name}.json`)
    return answer.ok ? await answer.json() as unknown : null
  }))
  return http === null || frames === null ? null : new Description(http as OpenApi, frames as AsyncApi)
}
