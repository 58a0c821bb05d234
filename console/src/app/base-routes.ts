import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { settled } from '@/lib/auth/session'
import { NotFound, RouteFailure } from './route-states'

export interface RouterContext {
  client: QueryClient
}

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: RouteFailure,
})

/** Everything behind the sign-in, inside the shell. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  beforeLoad: async ({ location }) => {
    const auth = await settled()
    if (auth.status === 'signedOut') throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { redirect: location.href } })
    if (auth.status === 'unreachable') throw auth.problem
  },
  component: lazyRouteComponent(() => import('./shell/shell'), 'Shell'),
})
