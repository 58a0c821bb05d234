import type { QueryClient } from '@tanstack/react-query'
import { createRouter } from '@tanstack/react-router'
import { assignmentRoutes } from '@/features/assignment/routes'
import { brandRoutes } from '@/features/brands/routes'
import { campaignRoutes } from '@/features/campaigns/routes'
import { customerRoutes } from '@/features/customers/routes'
import { homeRoutes } from '@/features/home/routes'
import { identityRoutes, publicRoutes } from '@/features/identity/routes'
import { leadRoutes } from '@/features/leads/routes'
import { notificationRoutes } from '@/features/notifications/routes'
import { schedulerRoutes } from '@/features/scheduler/routes'
import { systemRoutes } from '@/features/system/routes'
import { onAuthChange } from '@/lib/auth/session'
import { appRoute, rootRoute } from './base-routes'
import { PagePending } from './page-pending'
import { NotFound, RouteFailure } from './route-states'

const routeTree = rootRoute.addChildren([
  ...publicRoutes,
  appRoute.addChildren([
    ...homeRoutes,
    ...leadRoutes,
    ...campaignRoutes,
    ...customerRoutes,
    ...assignmentRoutes,
    ...notificationRoutes,
    ...brandRoutes,
    ...identityRoutes,
    ...schedulerRoutes,
    ...systemRoutes,
  ]),
])

export function createConsoleRouter(client: QueryClient) {
  const router = createRouter({
    routeTree,
    context: { client },
    defaultPreload: 'intent',
    defaultPendingComponent: PagePending,
    defaultPendingMs: 200,
    defaultErrorComponent: RouteFailure,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  })

  let owner: string | undefined
  onAuthChange(auth => {
    const next = auth.status === 'signedIn' ? `${auth.session.user.id} ${auth.session.tenant?.id ?? ''}` : auth.status === 'signedOut' ? '' : owner
    if (next === owner) return
    const before = owner
    owner = next
    if (before === undefined) return
    // Nothing one person or workspace was shown may be seen by the next.
    if (next === '') client.clear()
    else {
      client.removeQueries({ type: 'inactive' })
      void client.resetQueries()
    }
    void router.invalidate()
  })
  return router
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
