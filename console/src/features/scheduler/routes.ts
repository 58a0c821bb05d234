import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '@/app/base-routes'

const schedulerRoute = createRoute({ getParentRoute: () => appRoute, path: '/settings/scheduler', component: lazyRouteComponent(() => import('./screens/scheduler'), 'Scheduler') })

export const schedulerRoutes = [schedulerRoute] as const
