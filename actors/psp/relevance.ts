/** How relevant each of a person's components is to a request. */
import type { Request } from './request.js'
import { relevanceTo } from './request.js'
import type { CurrentComponent, Psp } from './view.js'

/** A component and how relevant it is, 0..1. */
interface RankedComponent {
  readonly component: CurrentComponent
  readonly relevance: number
}

/** The components, the most relevant first; equal ones by weight. */
export function rankedComponents({ components }: Psp, request: Request | undefined): RankedComponent[] {
  return components
    .map(component => ({
      component,
      relevance: relevanceTo(request, component),
    }))
    .sort((a, b) => b.relevance - a.relevance)
}
