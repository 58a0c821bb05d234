import { notifications } from '@mantine/notifications'
import { MutationCache, QueryClient } from '@tanstack/react-query'
import { ApiProblem, explain } from '@/lib/problem'

declare module '@tanstack/react-query' {
  interface Register {
    mutationMeta: {
      /** The screen shows the failure itself, beside the fields it concerns. */
      showsError?: boolean
    }
  }
}

export function showProblem(error: unknown) {
  const { title, advice, traceId } = explain(error)
  notifications.show({ color: 'red', title, message: [advice, traceId && `Trace ${traceId}`].filter(Boolean).join('\n'), autoClose: 8000 })
}

export function createQueryClient() {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
      },
      mutations: { retry: false },
    },
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        if (!mutation.meta?.showsError) showProblem(error)
      },
    }),
  })
}
