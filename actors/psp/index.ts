/**
 * The personal system prompt: what is known about a person, how it is learnt, read, and put into words. Pure.
 */
export type { Component, ComponentType, Memory, Priority } from './component.js'
export { contextFor, type PspContext } from './context.js'
export { PROMPT_MARK } from './echo.js'
export {
  composePrompt,
  PROMPT_TOKENS_DEFAULT,
  type Knowledge,
  type Prompt,
  type PromptRequest,
} from './prompt.js'
export { rankedComponents } from './relevance.js'
export { requestOf, type Request } from './request.js'
export { countTokens } from './tokens.js'
export {
  componentJson,
  componentOf,
  pspOf,
  readPsp,
  type ComponentJson,
  type CurrentComponent,
  type Psp,
  type PspCells,
  type PspJson,
  type PspRequest,
  type Scope,
} from './view.js'
