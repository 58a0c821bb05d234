import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { z } from 'zod'
import { JOB_STATES } from '@/api/types'
import { appRoute } from '@/app/base-routes'

const overviewRoute = createRoute({ getParentRoute: () => appRoute, path: '/system', component: lazyRouteComponent(() => import('./screens/overview'), 'Overview') })
const queuesRoute = createRoute({ getParentRoute: () => appRoute, path: '/system/queues', component: lazyRouteComponent(() => import('@/features/worker/screens/queues'), 'Queues') })

export const jobsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/system/jobs',
  validateSearch: z.object({ state: z.enum(JOB_STATES as [string, ...string[]]).optional().catch(undefined), type: z.string().optional().catch(undefined), job: z.string().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('@/features/worker/screens/jobs'), 'Jobs'),
})

const deadLettersRoute = createRoute({ getParentRoute: () => appRoute, path: '/system/dead-letters', component: lazyRouteComponent(() => import('./screens/dead-letters'), 'DeadLetters') })

export const systemRoutes = [overviewRoute, queuesRoute, jobsRoute, deadLettersRoute] as const
